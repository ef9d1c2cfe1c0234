// Noise on the ring: guess where a point came from, then watch points flow.
import { COLORS, key } from "../toolkit/color.js";
import { button, choices, slider } from "../toolkit/controls.js";
import {
  column,
  element,
  formatNumber,
  interactive,
  note,
  panel,
  row,
} from "../toolkit/figure.js";
import { picture } from "../toolkit/picture.js";
import { transport } from "../toolkit/transport.js";
import { bestGuess, center, drawn, onHeaps, walk } from "./field.js";

const SIDE = 57; // places of a board along one side
const REACH = 2.85; // half the width of a board
const COUNT = 240; // points that fade and flow
const CELL = (2 * REACH) / SIDE;

/** The point in the middle of a place of the board, [x, y]. */
export function pointAt([r, c]) {
  return [CELL * (c + 0.5) - REACH, REACH - CELL * (r + 0.5)];
}

/** How far a guess is from the best one, and the arrow there. */
export function answer(place, guess, noise) {
  const { clean, shares } = bestGuess(pointAt(place), Math.sqrt(1 - noise ** 2), noise);
  const [x, y] = pointAt(guess);
  return { clean, shares, away: Math.hypot(x - clean[0], y - clean[1]) };
}

function board(label, move) {
  const ground = picture({ label, rows: SIDE, cols: SIDE, move });
  ground.draw(new Array(SIDE * SIDE).fill(0), () => [0, 0, 0, 0]);
  const marks = element("svg", {
    viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`,
    "aria-hidden": "true",
  });
  const node = element("div", { class: "c2a-plane" }, ground.node, marks);
  return { node, marks, mark: ground.mark };
}

const heaps = (a = 1) =>
  Array.from({ length: 8 }, (_, heap) => {
    const [x, y] = center(heap);
    return element("circle", { class: "c2a-heap", cx: a * x, cy: -a * y, r: 0.15 });
  });

function dots(points) {
  const d = points.map(([x, y]) => `M${x.toFixed(3)} ${(-y).toFixed(3)}h0`).join("");
  return element("path", { class: "c2a-points", d });
}

function arrow([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const size = Math.min(0.22, length / 2);
  const side = (turn) =>
    `${(x1 - size * (ux + turn * uy)).toFixed(3)} ` +
    `${(-(y1 - size * (uy - turn * ux))).toFixed(3)}`;
  const tip = `${x1.toFixed(3)} ${(-y1).toFixed(3)}`;
  const shaft = `M${x0.toFixed(3)} ${(-y0).toFixed(3)}L${tip}`;
  const d = `${shaft}M${side(0.5)}L${tip}L${side(-0.5)}`;
  return element("path", { class: "c2a-arrow", d });
}

function ringMark([x, y], kind) {
  return element("circle", { class: `c2a-${kind}`, cx: x, cy: -y, r: 0.14 });
}

export default interactive("Noise on the ring", (state) => {
  const { clean, noise } = drawn(COUNT);
  const fading = board(
    "Plane: move the point or your guess with the arrow keys",
    (r, c) => state.set({ [state.get("moving")]: [r, c], answered: false }),
  );
  const flowing = board("Points on their way from noise to data");
  const fadingPanel = panel("", fading.node);
  const flowingPanel = panel("", flowing.node);
  const verdict = note();
  const outcome = note();

  const found = () =>
    answer(state.get("place"), state.get("guess"), state.get("noise"));
  const told = () => {
    const { shares, away } = found();
    const largest = Math.max(...shares);
    return (
      `Your guess is ${formatNumber(away, 1)} from the best one. The likeliest heap ` +
      `has a share of ${formatNumber(largest)}: the best guess is the mean over all.`
    );
  };
  const ask = button("Show the answer", () => {
    state.set({ answered: true });
    state.say(told);
  });
  const moving = choices(state, "moving", {
    label: "move",
    options: [
      ["place", "the noisy point"],
      ["guess", "my guess"],
    ],
  });
  const amount = slider(state, "noise", {
    label: "deviation of the noise",
    min: 0.05,
    max: 1,
    step: 0.05,
    after: () => state.set({ answered: false }),
  });

  const restart = () => state.set({ step: 0 });
  const steps = slider(state, "steps", {
    label: "steps",
    min: 1,
    max: 20,
    step: 1,
    after: restart,
  });
  const guidance = slider(state, "w", {
    label: "guidance w",
    min: 0,
    max: 4,
    step: 0.5,
    after: restart,
  });
  let cached = { key: "", walks: [] };
  const walks = () => {
    const settings = `${state.get("steps")} ${state.get("w")}`;
    if (cached.key !== settings) {
      const made = noise.map((start) =>
        walk(start, state.get("steps"), state.get("w")),
      );
      cached = { key: settings, walks: made };
    }
    return cached.walks;
  };
  const where = (step) => {
    const counts = onHeaps(walks().map((places) => places[step]));
    const total = counts.reduce((sum, each) => sum + each);
    const own = counts.slice(0, 4).map((each) => Math.round((100 * each) / COUNT));
    const percent = Math.round((100 * total) / COUNT);
    return (
      `After step ${step}, ${percent}% of the points are on a heap; ` +
      `on the four of the class: ${own.join("%, ")}%.`
    );
  };
  const going = transport(state, "step", {
    label: "Step of the walk",
    count: () => state.get("steps") + 1,
    pace: 300,
    where,
  });

  return {
    content: [
      row(
        column(fadingPanel.node, amount.node),
        column(moving.node, row(ask.node), verdict.node),
      ),
      row(
        column(flowingPanel.node, going.node),
        column(steps.node, guidance.node, outcome.node),
      ),
      key.swatches([
        [COLORS.diffusion, "points"],
        ["var(--ink)", "the noisy point"],
        [COLORS.accent, "your guess"],
        [COLORS.vae, "the best guess"],
      ]),
    ],
    draw() {
      const level = state.get("noise");
      const a = Math.sqrt(1 - level ** 2);
      const noisy = clean.map((point, n) =>
        point.map((value, axis) => a * value + level * noise[n][axis]),
      );
      const parts = [...heaps(a), dots(noisy)];
      const place = pointAt(state.get("place"));
      if (state.get("answered")) parts.push(arrow(place, found().clean));
      parts.push(
        ringMark(place, "noisy"),
        ringMark(pointAt(state.get("guess")), "guess"),
      );
      fading.marks.replaceChildren(...parts);
      fading.mark(...state.get(state.get("moving")), 3);
      fadingPanel.caption(`data, with noise of deviation ${formatNumber(level)}`);
      verdict.show(
        state.get("answered")
          ? told()
          : "Put your guess where the noisy point came from, then ask.",
      );
      const step = Math.min(state.get("step"), state.get("steps"));
      flowing.marks.replaceChildren(
        ...heaps(),
        dots(walks().map((places) => places[step])),
      );
      flowingPanel.caption(
        `from noise to data, t = ${formatNumber(1 - step / state.get("steps"))}`,
      );
      outcome.show(where(step));
    },
  };
});
