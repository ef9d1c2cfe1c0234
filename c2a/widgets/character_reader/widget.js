// A recurrent network reads a line: its state, and the odds of the next character.
import { barChart } from "../toolkit/bars.js";
import { COLORS, key, signed } from "../toolkit/color.js";
import { slider, textField } from "../toolkit/controls.js";
import { column, interactive, message, note, panel, row } from "../toolkit/figure.js";
import { cellGrid } from "../toolkit/grid.js";
import { picture } from "../toolkit/picture.js";
import { transport } from "../toolkit/transport.js";
import { dense } from "../toolkit/nn/dense.js";
import { rnnCell } from "../toolkit/nn/recurrent.js";
import { row as rowOf, softmax, tensor } from "../toolkit/nn/tensor.js";

const ALL = 25; // this place of the slider means: forget nothing
const COLUMNS = 14;
const SHOWN = 6;
const NAMES = { " ": "space", "\n": "end of line" };
const CELLS = { " ": "␣", "\n": "/" };

/** The hidden state (256,) after reading symbols, from the zero state. */
export function stateAfter(indices, w) {
  const cell = {
    weight_ih: w["recurrent.weight_ih_l0"],
    weight_hh: w["recurrent.weight_hh_l0"],
    bias_ih: w["recurrent.bias_ih_l0"],
    bias_hh: w["recurrent.bias_hh_l0"],
  };
  let h = tensor([cell.weight_hh.shape[1]]);
  for (const index of indices) h = rnnCell(rowOf(w["embed.weight"], index), h, cell);
  return h;
}

/** The probability of each symbol as the next one: (64,). */
export function odds(h, w) {
  return softmax(dense(h, w["out.weight"], w["out.bias"]));
}

/** What the network may use after `step`: the last `memory` of the symbols read. */
export function remembered(length, step, memory) {
  const end = Math.min(step, length - 1) + 1;
  return [memory >= ALL ? 0 : Math.max(end - memory, 0), end];
}

const named = (symbol) => NAMES[symbol] ?? symbol;
const percent = (p) => `${Math.round(100 * p)}%`;

export default interactive("A recurrent network reads a line", (state) => {
  const problem = message();
  const symbols = state.get("symbols");
  let weights = null;

  const characters = () => [...state.get("text").replaceAll("/", "\n")];
  const place = () => Math.min(state.get("step"), characters().length - 1);
  const line = textField(state, "text", {
    label: "Line to read (“/” ends a line of verse)",
    maxLength: 56,
    check: (text) => {
      const unknown = [...text].find((c) => c !== "/" && !symbols.includes(c));
      if (unknown) return `The network has never seen “${unknown}”.`;
      return text ? "" : "Type at least one character.";
    },
  });
  const grid = cellGrid({
    label: "The line: choose the last character that has been read",
    rows: 1,
    cols: COLUMNS,
    choose: (r, c) =>
      state.set({ step: Math.min(r * COLUMNS + c, characters().length - 1) }),
  });
  const steps = transport(state, "step", {
    label: "characters read",
    count: () => characters().length,
    pace: 900,
    where: () => told(),
  });
  const memory = slider(state, "memory", {
    label: "it remembers",
    min: 1,
    max: ALL,
    step: 1,
    format: (k) => (k >= ALL ? "all it has read" : `the last ${k}`),
    after: () => state.say(() => told()),
  });
  const board = picture({ label: "The hidden state, 256 numbers", rows: 16, cols: 16 });
  const bars = barChart({ label: "Odds of the next character" });
  const boardPanel = panel("", board.node);
  const barsPanel = panel("", bars.node);
  const says = note();

  /** What is remembered, and what the network expects, now. */
  const now = () => {
    const text = characters();
    const [from, end] = remembered(text.length, place(), state.get("memory"));
    const indices = text.slice(from, end).map((c) => symbols.indexOf(c));
    const h = stateAfter(indices, weights);
    const p = Array.from(odds(h, weights).data);
    return { text, from, end, h, p, next: text[end] };
  };
  const told = () => {
    if (!weights) return `character ${place() + 1}`;
    const { p } = now();
    const best = p.indexOf(Math.max(...p));
    return `after “${named(characters()[place()])}”, most likely: ${named(symbols[best])}, ${percent(p[best])}`;
  };

  state.weights("plays-rnn").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () =>
      problem.show("The network could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      line.node,
      grid.node,
      steps.node,
      row(memory.node),
      says.node,
      row(column(boardPanel.node, key.signed(1)), column(barsPanel.node)),
      problem.node,
    ],
    draw() {
      const text = characters();
      const [from, end] = remembered(text.length, place(), state.get("memory"));
      grid.resize(Math.ceil(text.length / COLUMNS), COLUMNS);
      const cells = (r, c) => {
        const i = r * COLUMNS + c;
        if (i >= text.length) return { text: "", dim: true, label: "nothing" };
        const kind = i >= end ? "not yet read" : i < from ? "forgotten" : "read";
        return {
          text: CELLS[text[i]] ?? text[i],
          fill: kind === "read" ? "var(--soft)" : "none",
          dim: i >= end,
          crossed: kind === "forgotten",
          label: `${named(text[i])}, ${kind}`,
        };
      };
      const at = [Math.floor((end - 1) / COLUMNS), (end - 1) % COLUMNS];
      grid.show(cells, { current: at });
      if (!weights) return;
      const { h, p, next } = now();
      board.draw(h.data, signed(1));
      boardPanel.caption(`the state after ${end - from} characters`);
      const order = p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
      bars.show(
        order.slice(0, SHOWN).map((i) => ({
          label: named(symbols[i]),
          value: p[i],
          color: COLORS.rnn,
          marked: symbols[i] === next,
          text: percent(p[i]),
        })),
      );
      barsPanel.caption("odds of the next character");
      const cost = next && -Math.log2(p[symbols.indexOf(next)]);
      says.show(
        next
          ? `Next comes “${named(next)}”: the network is surprised by ${cost.toFixed(1)} bits.`
          : "The line ends here.",
      );
    },
  };
});
