// Generator against discriminator on the ring: guess the modes, then watch.
import { COLORS, css, key, signed, signedColor } from "../toolkit/color.js";
import { button, choices, slider, toggle } from "../toolkit/controls.js";
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
import { linePlot } from "../toolkit/plot.js";
import { center, modesCovered, newGame, play, samples, verdicts } from "./players.js";

const LENGTH = 800; // steps of a game
const EVERY = 20; // steps between two counts
const SIDE = 28; // cells of the discriminator's map along one side
const REACH = 2.6; // half the width of the map
const GUESSES = [
  ["few", "0 to 2", (n) => n <= 2],
  ["some", "3 to 6", (n) => n > 2 && n < 7],
  ["most", "7 or 8", (n) => n >= 7],
];

/** Centers of the map's cells, row by row from the top: x and y in turn. */
export function cells() {
  const at = (k) => -REACH + (2 * REACH * (k + 0.5)) / SIDE;
  return Float64Array.from({ length: 2 * SIDE * SIDE }, (_, n) => {
    const cell = Math.floor(n / 2);
    return n % 2 ? -at(Math.floor(cell / SIDE)) : at(cell % SIDE);
  });
}

/** Whether a guess names the right number of modes. */
export function agrees(guess, covered) {
  return GUESSES.find(([name]) => name === guess)[2](covered);
}

const tenth = (power) => formatNumber(10 ** power, 4);

export default interactive("Generator against discriminator", (state) => {
  const where = cells();
  let game = newGame(state.get("seed"));
  let counts = [[0, 0]];
  let frame = null;

  const board = picture({ label: "The ring", rows: SIDE, cols: SIDE });
  const dots = element("svg", {
    viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`,
    "aria-hidden": "true",
  });
  for (let mode = 0; mode < 8; mode++) {
    const [x, y] = center(mode);
    dots.append(element("circle", { class: "c2a-mode", cx: x, cy: -y, r: 0.15 }));
  }
  const fakes = element("path", { class: "c2a-fakes" });
  dots.append(fakes);
  const boardPanel = panel("", element("div", { class: "c2a-ring" }, board.node, dots));
  const curve = linePlot({
    label: "Modes covered",
    x: { label: "step", min: 0, max: LENGTH },
    y: { label: "modes", min: 0, max: 8 },
    width: 440,
    height: 190,
  });
  const verdict = note();

  const covered = () => modesCovered(samples(game));
  const settings = () => ({
    beta: state.get("momentum"),
    rate: 10 ** state.get("rate"),
    gamma: state.get("penalty") ? 1 : 0,
  });
  const over = () => game.step >= LENGTH;
  const move = () => {
    play(game, settings());
    if (game.step % EVERY === 0) counts.push([game.step, covered()]);
  };
  const pause = () => {
    cancelAnimationFrame(frame);
    frame = null;
    run.text("Run");
  };
  const told = () => {
    const n = counts.at(-1)[1];
    const right = agrees(state.get("guess"), n) ? "You said so" : "You said otherwise";
    return `After ${LENGTH} steps ${n} of 8 modes are covered. ${right}.`;
  };
  const animate = () => {
    const until = performance.now() + 30;
    do move();
    while (!over() && performance.now() < until);
    state.redraw();
    if (!over()) frame = requestAnimationFrame(animate);
    else {
      pause();
      state.say(told);
    }
  };
  const ready = () => state.get("guess") !== "" && !over();
  const run = button("Run", () => {
    if (frame !== null) return pause();
    if (!ready()) return undefined;
    run.text("Pause");
    frame = requestAnimationFrame(animate);
    return undefined;
  });
  const step = button("One step", () => {
    pause();
    if (!ready()) return;
    move();
    state.redraw();
    state.say(() => `Step ${game.step}.`);
  });
  const again = () => {
    pause();
    game = newGame(state.get("seed"));
    counts = [[0, 0]];
    state.set({ guess: "" });
  };
  const restart = button("New game", () => {
    state.set({ seed: state.get("seed") + 1 });
    again();
    state.say("A new game, from other weights. How many modes will it cover?");
  });
  state.onStop(pause);
  const guess = choices(state, "guess", {
    label: `Modes covered after ${LENGTH} steps`,
    options: GUESSES.map(([name, words]) => [name, words]),
  });
  const controls = [
    slider(state, "momentum", {
      label: "momentum β₁",
      min: 0,
      max: 0.9,
      step: 0.1,
      after: again,
    }),
    slider(state, "rate", {
      label: "learning rate",
      min: -3.5,
      max: -2,
      step: 0.25,
      format: tenth,
      after: again,
    }),
    toggle(state, "penalty", { label: "penalty R1", after: again }),
  ];

  return {
    content: [
      row(
        column(boardPanel.node, row(run.node, step.node, restart.node)),
        column(...controls.map(({ node }) => node), guess.node, verdict.node),
      ),
      curve.node,
      key.swatches([
        [css(signedColor(0.5, 1)), "the discriminator says real"],
        [css(signedColor(-0.5, 1)), "it says fake"],
        [COLORS.gan, "made by the generator"],
      ]),
    ],
    draw() {
      const points = samples(game);
      const marks = [];
      for (let n = 0; n < points.length; n += 2)
        marks.push(`M${points[n].toFixed(3)} ${(-points[n + 1]).toFixed(3)}h0`);
      fakes.setAttribute("d", marks.join(""));
      board.draw(
        verdicts(game, where).map((p) => p - 0.5),
        signed(0.8),
      );
      boardPanel.caption(`step ${game.step}`);
      curve.show({
        series: [{ points: counts, color: COLORS.gan, label: `${counts.at(-1)[1]}` }],
      });
      run.enable(ready());
      step.enable(ready());
      verdict.show(
        over()
          ? told()
          : state.get("guess")
            ? "Run, or go step by step."
            : "Guess first: the game waits for it.",
      );
    },
  };
});
