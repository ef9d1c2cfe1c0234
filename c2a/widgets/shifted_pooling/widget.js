// Pooling on a ring: shift the input by a pixel and see which outputs change.
import { barChart } from "../toolkit/bars.js";
import { gray, key, signed, tint } from "../toolkit/color.js";
import { choices, numberField, slider } from "../toolkit/controls.js";
import { column, element, formatNumber, interactive, note, panel, reveal, row } from "../toolkit/figure.js";
import { cellGrid } from "../toolkit/grid.js";
import { picture } from "../toolkit/picture.js";

const SIDE = 96;
const REACH = 4;
const NEAR = 1e-9;
const BINOMIAL = [[1], [1, 1], [1, 2, 1], [1, 3, 3, 1]];
const KINDS = [
  ["max", "largest"],
  ["average", "mean"],
  ["stride", "first"],
  ["blur", "blur"],
];

/** What one window becomes. */
export function summarize(values, kind) {
  if (kind === "max") return Math.max(...values);
  if (kind === "stride") return values[0];
  const weights = kind === "blur" ? BINOMIAL[values.length - 1] : values.map(() => 1);
  const total = weights.reduce((a, b) => a + b, 0);
  return values.reduce((sum, value, u) => sum + weights[u] * value, 0) / total;
}

/** Pool a line that is closed to a ring. */
export function poolLine(x, { kind, window, stride }) {
  return Array.from({ length: x.length / stride }, (_, i) =>
    summarize(
      Array.from({ length: window }, (_, u) => x[(i * stride + u) % x.length]),
      kind,
    ),
  );
}

const transpose = (rows) => rows[0].map((_, c) => rows.map((line) => line[c]));

/** Pool rows of a picture along both axes. */
export function poolPicture(rows, how) {
  const across = rows.map((line) => poolLine(line, how));
  return transpose(transpose(across).map((line) => poolLine(line, how)));
}

/** A line moved to the right on its ring. */
export function moved(line, by) {
  const n = line.length;
  return line.map((_, i) => line[(((i - by) % n) + n) % n]);
}

/** Mean difference between outputs and those at rest, moved along by whole steps. */
export function change(now, rest, steps) {
  const pairs = rest.flatMap((line, r) =>
    moved(line, steps).map((value, c) => Math.abs(value - now[r][c])),
  );
  return pairs.reduce((a, b) => a + b, 0) / pairs.length;
}

/** The whole number of steps, up to REACH either way, that explains most. */
export function bestMove(now, rest) {
  const tried = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);
  tried.sort((a, b) => Math.abs(a) - Math.abs(b));
  const left = tried.map((steps) => change(now, rest, steps));
  const best = left.reduce((least, v, i) => (v < left[least] - NEAR ? i : least), 0);
  return { steps: tried[best], change: left[best] };
}

export default interactive("Pool, shift, pool again", (state) => {
  const bytes = state.bytes("photograph");
  const photograph = Array.from({ length: SIDE }, (_, r) =>
    Array.from(bytes.subarray(r * SIDE, (r + 1) * SIDE)),
  );
  const onSignal = () => state.get("scene") === "signal";
  const how = () => ({
    kind: state.get("kind"),
    window: state.get("window"),
    stride: state.get("stride"),
  });
  const input = (shift) =>
    (onSignal() ? [state.get("signal")] : photograph).map((line) => moved(line, shift));
  const pooled = (shift) =>
    onSignal() ? [poolLine(input(shift)[0], how())] : poolPicture(input(shift), how());

  const tell = () =>
    state.say(() => {
      const [now, rest] = [pooled(state.get("shift")), pooled(0)];
      const differ = now.flat().filter((v, i) => Math.abs(v - rest.flat()[i]) > NEAR);
      return `Shifted by ${formatNumber(state.get("shift"))}: ${differ.length} of ${now.flat().length} outputs changed.`;
    });
  const scene = choices(state, "scene", {
    label: "Input",
    options: [
      ["signal", "twelve numbers"],
      ["photograph", "photograph"],
    ],
    after: tell,
  });
  const kind = choices(state, "kind", { label: "Keep the", options: KINDS, after: tell });
  const limits = { min: 1, max: 4, after: tell };
  const window = numberField(state, "window", { label: "window", letter: "k", ...limits });
  const stride = numberField(state, "stride", { label: "stride", letter: "s", ...limits });
  const shift = slider(state, "shift", {
    label: "shift to the right", min: -REACH, max: REACH, step: 1, after: tell,
  });

  // The signal: one line of numbers, its outputs, and the outputs at rest.
  const line = cellGrid({ label: "The shifted numbers", rows: 1, cols: 12 });
  const outputs = cellGrid({
    label: "Outputs. Arrow keys choose the window that is framed.",
    rows: 1,
    cols: 6,
    choose: (_, i) => {
      state.set({ output: i });
      state.say(() => `Output ${i}: ${formatNumber(pooled(state.get("shift"))[0][i])}.`);
    },
  });
  const still = cellGrid({ label: "Outputs at rest", rows: 1, cols: 6 });
  const outputPanel = panel("", outputs.node);
  const signal = column(
    panel("the numbers, closed to a ring", line.node).node,
    outputPanel.node,
    panel("outputs at rest, for comparison", still.node).node,
  );
  signal.classList.add("c2a-signal");

  // The photograph: as it is, pooled, and what changed; canvases of one size.
  const views = ["photograph", "pooled", "change against the pooled picture at rest"];
  const pictures = views.map((label) => picture({ label, rows: SIDE, cols: SIDE }));
  const panels = pictures.map(({ node }, i) => panel(views[i], node));
  const photos = column(
    row(...panels.map(({ node }) => node)),
    key.signed(128, 0),
  );

  const bars = barChart({ label: "Average change of an output, for each shift" });
  const answer = reveal(
    "Guess first: after which shifts do the outputs only move along, and when do they turn into others?",
    note("How much an output differs on average from those at rest, after these have been moved along by the best whole number of steps:").node,
    bars.node,
  );
  answer.addEventListener("toggle", () => state.redraw());
  let asked = "";

  const drawSignal = (now, rest) => {
    const [values, { window: k, stride: s }] = [input(state.get("shift"))[0], how()];
    const count = now[0].length;
    const at = Math.min(state.get("output"), count - 1);
    for (const grid of [outputs, still]) grid.resize(1, count);
    const reads = Array.from({ length: k }, (_, u) => (at * s + u) % 12);
    line.show((_, c) => ({ text: formatNumber(values[c]), fill: tint(values[c], 12) }));
    const ring = at * s + k > 12; // a window over the seam is drawn in two parts
    line.frame("window", { row: 0, col: at * s, cols: ring ? 12 - at * s : k });
    line.frame("rest", ring ? { row: 0, col: 0, cols: at * s + k - 12 } : undefined);
    const differs = (c) => Math.abs(now[0][c] - rest[0][c]) > NEAR;
    outputs.show(
      (_, c) => ({
        text: formatNumber(now[0][c]),
        fill: differs(c) ? "color-mix(in srgb, var(--minus) 45%, transparent)" : "",
        label: `output ${c}: ${formatNumber(now[0][c])}, ${differs(c) ? "changed" : "as at rest"}`,
      }),
      { current: [0, at] },
    );
    still.show((_, c) => formatNumber(rest[0][c]) && { text: formatNumber(rest[0][c]) });
    const changed = now[0].filter((_, c) => differs(c)).length;
    outputPanel.caption(
      `output ${at} sees ${reads.map((i) => formatNumber(values[i])).join(", ")}. Colored: differs from rest (${changed} of ${count})`,
    );
  };

  /** Drawn at the size of the photograph, so that the three can be compared. */
  const enlarged = (rows) => {
    const scale = SIDE / rows.length;
    return Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [r, c] = [Math.floor(i / SIDE), i % SIDE];
      return rows[Math.floor(r / scale)][Math.floor(c / scale)];
    });
  };

  const drawPhotos = (now, rest) => {
    const difference = now.map((values, r) => values.map((v, c) => v - rest[r][c]));
    const level = (value) => gray(value / 255);
    pictures[0].draw(enlarged(input(state.get("shift"))), level);
    pictures[1].draw(enlarged(now), level);
    pictures[2].draw(enlarged(difference), signed(128));
    panels[1].caption(`pooled: ${now.length} × ${now.length}`);
    const mean = formatNumber(change(now, rest, 0), 1);
    panels[2].caption(`changed by ${mean} on average`);
  };

  return {
    content: [
      row(scene.node, kind.node),
      row(window.node, stride.node, shift.node),
      signal,
      photos,
      answer,
    ],
    draw() {
      const [now, rest] = [pooled(state.get("shift")), pooled(0)];
      const question = JSON.stringify([state.get("scene"), how()]);
      if (question !== asked) answer.open = false; // another setting is another question
      asked = question;
      signal.hidden = !onSignal();
      photos.hidden = onSignal();
      if (onSignal()) drawSignal(now, rest);
      else drawPhotos(now, rest);
      if (!answer.open) return;
      bars.show(
        Array.from({ length: REACH }, (_, i) => {
          const best = bestMove(pooled(i + 1), rest);
          return {
            label: `shift ${i + 1}, moved by ${best.steps}`,
            value: best.change,
            marked: i + 1 === state.get("shift"),
          };
        }),
      );
    },
  };
});
