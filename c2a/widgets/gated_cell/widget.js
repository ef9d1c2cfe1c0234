// One cell of an LSTM on a text: its gates as learned, or held by the reader.
import { presets, slider, toggle } from "../toolkit/controls.js";
import {
  column,
  element,
  formatNumber,
  interactive,
  note,
  row,
} from "../toolkit/figure.js";
import { linePlot } from "../toolkit/plot.js";
import { transport } from "../toolkit/transport.js";

const GATES = [
  { key: "i", name: "input gate i", min: 0 },
  { key: "f", name: "forget gate f", min: 0 },
  { key: "g", name: "candidate", min: -1 },
  { key: "o", name: "output gate o", min: 0 },
];
const END = "\n";

/** The gates in force: learned series, or { letter, end } values where a gate is held. */
export function gatesInForce(text, learned, held) {
  const symbols = Array.from(text);
  return Object.fromEntries(
    GATES.map(({ key }) => {
      const own = held[key];
      if (!own) return [key, learned[key]];
      return [key, symbols.map((symbol) => (symbol === END ? own.end : own.letter))];
    }),
  );
}

/** c = f * c + i * g and h = o * tanh(c), symbol by symbol. */
export function flow(gates, start) {
  const states = { c: [], h: [] };
  let c = start;
  gates.f.forEach((f, t) => {
    c = f * c + gates.i[t] * gates.g[t];
    states.c.push(c);
    states.h.push(gates.o[t] * Math.tanh(c));
  });
  return states;
}

/** Symbols since the last line end, at each symbol. */
export function placeInLine(text) {
  let place = 0;
  return Array.from(text).map((symbol) => (place = symbol === END ? 0 : place + 1));
}

/** Pearson's correlation; 0 where one side does not vary. */
export function correlation(a, b) {
  const mean = (v) => v.reduce((sum, each) => sum + each, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f) => a.reduce((total, _, k) => total + f(a[k] - ma, b[k] - mb), 0);
  const size = Math.sqrt(sum((p) => p * p) * sum((_, q) => q * q));
  return size > 1e-12 ? sum((p, q) => p * q) / size : 0;
}

const shown = (symbol) =>
  symbol === END ? "line end" : symbol === " " ? "space" : symbol;

export default interactive("A cell and its gates on a text", (state) => {
  const text = state.get("text");
  const symbols = Array.from(text);
  const ends = symbols.flatMap((symbol, t) => (symbol === END ? [{ x: t }] : []));
  const learnedStates = flow(state.get("gates"), state.get("start"));

  const held = () =>
    Object.fromEntries(
      GATES.filter(({ key }) => state.get(`hold_${key}`)).map(({ key }) => [
        key,
        { letter: state.get(`letter_${key}`), end: state.get(`end_${key}`) },
      ]),
    );
  const now = () => {
    const gates = gatesInForce(text, state.get("gates"), held());
    return { gates, ...flow(gates, state.get("start")) };
  };
  const fit = (c) => formatNumber(Math.abs(correlation(c, placeInLine(text))));
  const tell = () => state.say(() => `Follows the place in the line: ${fit(now().c)}`);

  const controls = GATES.map(({ key, name, min }) => {
    const options = { min, max: 1, step: 0.01, after: tell };
    const sliders = element(
      "div",
      { class: "c2a-gated-sliders" },
      slider(state, `letter_${key}`, { label: `${name} at letters`, ...options }).node,
      slider(state, `end_${key}`, { label: `${name} at line ends`, ...options }).node,
    );
    const hold = toggle(state, `hold_${key}`, {
      label: `hold the ${name}`,
      after: tell,
    });
    state.onDraw(() => (sliders.hidden = !state.get(`hold_${key}`)));
    return element("div", { class: "c2a-gated-gate" }, hold.node, sliders);
  });
  const none = Object.fromEntries(GATES.map(({ key }) => [`hold_${key}`, false]));
  const start = presets(state, {
    label: "All gates",
    options: [["All as learned", none]],
  });

  const plot = linePlot({
    label: "Cell state over the text, line ends marked",
    x: { label: "character" },
    y: { label: "state" },
    width: 560,
    height: 250,
  });
  const steps = transport(state, "step", {
    label: "character",
    count: () => symbols.length,
    pace: 350,
    where: (t) => `${shown(symbols[t])}: c = ${formatNumber(now().c[t], 3)}`,
  });
  const sum = note();
  const score = note();
  const passage = element("p", { class: "c2a-gated-text" });
  const letters = symbols.map((symbol) => {
    const span = element("span", {}, symbol === END ? "⏎" : symbol);
    passage.append(span, ...(symbol === END ? [element("br")] : []));
    return span;
  });

  return {
    content: [
      row(column(plot.node, steps.node, sum.node, score.node), passage),
      element("div", { class: "c2a-gated-gates" }, ...controls),
      start.node,
    ],
    draw() {
      const { gates, c, h } = now();
      const t = Math.min(state.get("step"), symbols.length - 1);
      const before = t ? c[t - 1] : state.get("start");
      const points = (values) => values.map((value, k) => [k, value]);
      const changed = Object.keys(held()).length > 0;
      plot.show({
        series: [
          { points: points(h), color: "var(--faint)", label: "h, shown" },
          ...(changed
            ? [
                {
                  points: points(learnedStates.c),
                  color: "var(--faint)",
                  dashed: true,
                  label: "c, learned",
                },
              ]
            : []),
          { points: points(c), label: "c" },
        ],
        marks: [...ends, { x: t, label: shown(symbols[t]) }],
        alt: `At the line ends the cell is ${ends.map(({ x }) => formatNumber(c[x])).join(", ")}`,
      });
      const number = (value) => formatNumber(value, 3);
      sum.show(
        `c = f · c + i · candidate = ${number(gates.f[t])} · ${number(before)} + ` +
          `${number(gates.i[t])} · ${number(gates.g[t])} = ${number(c[t])};  ` +
          `h = o · tanh(c) = ${number(gates.o[t])} · ${number(Math.tanh(c[t]))} = ${number(h[t])}`,
      );
      score.show(
        `How well c follows the place in the line (correlation, 1 is best): ${fit(c)}`,
      );
      letters.forEach((span, k) => span.classList.toggle("c2a-gated-now", k === t));
    },
  };
});
