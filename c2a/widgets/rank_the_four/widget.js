// Rank four networks for some data and a budget; then the bench answers, in intervals.
import { button, choices, select } from "../toolkit/controls.js";
import { barChart } from "../toolkit/bars.js";
import { COLORS } from "../toolkit/color.js";
import { element, formatNumber, interactive, note, row } from "../toolkit/figure.js";

const KINDS = ["MLP", "CNN", "RNN", "transformer"];
const PLACES = ["first", "second", "third", "fourth"];
const TASKS = [
  ["pictures", "pictures"],
  ["text", "text"],
  ["series", "series"],
  ["table", "table"],
  ["spelling", "spelling"],
  ["permuted pixels", "permuted pixels (control)"],
  ["shuffled columns", "shuffled columns (control)"],
];
/** A control is as slow as the task that it is made from. */
const LIKE = { "permuted pixels": "pictures", "shuffled columns": "table" };
/** 97.5% of Student's t distribution for three runs. */
const FACTOR = 4.302652729911275;

/** Mean of a - b over seeds, and its 95% interval. */
export function difference(a, b) {
  const gaps = a.map((value, seed) => value - b[seed]);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (gaps.length - 1));
  const half = (FACTOR * deviation) / Math.sqrt(gaps.length);
  return { mean, low: mean - half, high: mean + half };
}

/** Each pair of the reader's order, the one put first first, with the verdict. */
export function judgePairs(order, runs) {
  const pairs = [];
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < order.length; j++) {
      const [a, b] = [order[i], order[j]];
      const gap = difference(runs[KINDS.indexOf(a)], runs[KINDS.indexOf(b)]);
      const verdict = gap.low > 0 ? "yes" : gap.high < 0 ? "no" : "no difference";
      pairs.push({ a, b, verdict, ...gap });
    }
  }
  return pairs;
}

/** The order after one place has got a kind: who stood there takes what is left. */
export function placed(order, place) {
  const left = KINDS.find((kind) => !order.includes(kind));
  return order.map((kind, i) => (i !== place && kind === order[place] ? left : kind));
}

const range = (runs) =>
  `${formatNumber(Math.min(...runs), 3)} to ${formatNumber(Math.max(...runs), 3)}`;

export default interactive("Rank the four", (state) => {
  const order = () => PLACES.map((place) => state.get(place));
  const runs = () => {
    const key = `${state.get("examples")} ${state.get("budget")}`;
    return state.get("results")[key][state.get("task")] ?? null;
  };
  const cover = () => state.set({ uncovered: false });
  const settle = (place) => {
    const next = placed(order(), place);
    state.set({
      ...Object.fromEntries(PLACES.map((p, i) => [p, next[i]])),
      uncovered: false,
    });
  };
  const task = select(state, "task", { label: "task", options: TASKS, after: cover });
  const examples = choices(state, "examples", {
    label: "Examples",
    options: [
      ["all", "all"],
      ["tenth", "a tenth"],
    ],
    after: cover,
  });
  const budget = choices(state, "budget", {
    label: "Equal",
    options: [
      ["batches", "300 batches"],
      ["seconds", "three seconds"],
    ],
    after: cover,
  });
  const limit = select(state, "limit", {
    label: "an answer may take",
    options: [
      [0, "any time"],
      [2, "2 ms"],
      [1, "1 ms"],
      [0.5, "0.5 ms"],
      [0.2, "0.2 ms"],
    ],
  });
  const selects = PLACES.map((place, i) =>
    select(state, place, {
      label: place,
      options: KINDS.map((kind) => [kind, kind]),
      after: () => settle(i),
    }),
  );
  const told = () => {
    const measured = runs();
    if (!measured) return "The bench has not measured this. Choose another setting.";
    if (!state.get("uncovered")) return "Put the four in order, then ask for the evidence.";
    const pairs = judgePairs(order(), measured);
    const count = (verdict) => pairs.filter((p) => p.verdict === verdict).length;
    return `Of the 6 pairs in your order the bench confirms ${count("yes")}, contradicts ${count("no")}, and sees no difference in ${count("no difference")}.`;
  };
  const ask = button("Show the evidence", () => {
    if (runs()) state.set({ uncovered: true });
    state.say(told);
  });
  const bars = barChart({ label: "Mean score and range over three seeds" });
  const result = note();
  const list = element("ul", { class: "c2a-rank-pairs", "aria-label": "Pairs" });
  const pairText = ({ a, b, verdict, mean, low, high }) => {
    const sign = (v) => (v > 0 ? "+" : "") + formatNumber(v, 3);
    const words = {
      yes: "better",
      no: "worse",
      "no difference": "no difference",
    }[verdict];
    return `${a} against ${b}: ${words} (${sign(mean)}, from ${sign(low)} to ${sign(high)})`;
  };
  return {
    content: [
      row(task.node, limit.node),
      row(examples.node, budget.node),
      row(...selects.map((each) => each.node)),
      row(ask.node),
      result.node,
      bars.node,
      list,
    ],
    draw() {
      const measured = state.get("uncovered") ? runs() : null;
      const where = LIKE[state.get("task")] ?? state.get("task");
      const waits = state.get("milliseconds")[where];
      const most = state.get("limit");
      bars.node.hidden = !measured;
      list.hidden = !measured;
      result.show(told());
      if (!measured) return;
      bars.show(
        order().map((kind) => {
          const [scores, ms] = [
            measured[KINDS.indexOf(kind)],
            waits[KINDS.indexOf(kind)],
          ];
          const slow = most && ms > most ? "too slow, " : "";
          return {
            label: `${kind} (${slow}${formatNumber(ms)} ms)`,
            value: scores.reduce((sum, v) => sum + v, 0) / scores.length,
            color: COLORS[kind.toLowerCase()],
            text: range(scores),
          };
        }),
        { high: 1 },
      );
      const pairs = judgePairs(order(), measured);
      list.replaceChildren(...pairs.map((pair) => element("li", {}, pairText(pair))));
    },
  };
});
