// Which strategy, for which target, with how many labels? Guess, then uncover.
import { button, choices, select, slider } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  note,
  reveal,
  row,
} from "../toolkit/figure.js";
import { linePlot } from "../toolkit/plot.js";

const COUNTS = {
  garments: [5, 20, 100, 500],
  emoji: [5, 20, 40],
  digits: [5, 20, 100, 300],
};
const NAMES = [
  ["pixels", "pixels"],
  ["random", "random network, head only"],
  ["cnn", "own network, from scratch"],
  ["probe", "borrowed, head only"],
  ["last", "borrowed, last blocks"],
  ["adapters", "borrowed, adapters"],
  ["gradual", "borrowed, unfrozen gradually"],
  ["by_depth", "borrowed, rates by depth"],
  ["all", "borrowed, all at one rate"],
];
const SHORT = {
  pixels: "pixels",
  random: "random",
  cnn: "own net",
  probe: "head only",
  last: "last blocks",
  adapters: "adapters",
  gradual: "gradual",
  by_depth: "by depth",
  all: "all",
};
const COLORS = {
  pixels: "var(--minus)",
  random: "var(--faint)",
  cnn: "var(--plus)",
  probe: "var(--accent)",
};
const TRAINED = "var(--ink)"; // borrowed, and more than the head learns

/** Mean and sample standard deviation of accuracies. */
export function summary(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(values.length - 1, 1)) };
}

/** What is uncovered of a target: strategy -> sorted label indices. */
export function uncoveredOf(uncovered, target) {
  const found = {};
  for (const each of uncovered) {
    const [where, strategy, labels] = each.split(" ");
    if (where === target) (found[strategy] ??= []).push(Number(labels));
  }
  for (const labels of Object.values(found)) labels.sort((a, b) => a - b);
  return found;
}

/** The label index in force: a strategy may have fewer counts than another, or none. */
export function labelIndex(results, target, strategy, labels) {
  return Math.min(labels, (results[target][strategy]?.length ?? 0) - 1);
}

export default interactive("How far with how many labels?", (state) => {
  const now = () => {
    const [target, strategy] = [state.get("target"), state.get("strategy")];
    const results = state.get("results");
    const labels = labelIndex(results, target, strategy, state.get("labels"));
    const key = `${target} ${strategy} ${labels}`;
    const values = labels < 0 ? null : results[target][strategy][labels];
    const count = COUNTS[target][Math.max(labels, 0)];
    return { target, strategy, labels, key, values, count };
  };
  const isOpen = () => state.get("uncovered").includes(now().key);
  const told = () => {
    const { target, strategy, count, values } = now();
    if (!values)
      return `${SHORT[strategy]} was tried on the emoji alone, not on ${target}.`;
    if (!isOpen()) {
      return `${SHORT[strategy]}, ${count} labels a class: move the guess, then press Show.`;
    }
    const { mean, spread } = summary(values);
    return `${SHORT[strategy]}, ${count} labels a class: ${formatNumber(mean)} ± ${formatNumber(spread)} over ${values.length} draws.`;
  };

  const target = choices(state, "target", {
    label: "Target",
    options: [
      ["garments", "garments"],
      ["emoji", "emoji"],
      ["digits", "digits"],
    ],
  });
  const strategy = select(state, "strategy", { label: "strategy", options: NAMES });
  const labels = slider(state, "labels", {
    label: "labels a class",
    min: 0,
    max: 3,
    step: 1,
    format: () => String(now().count),
  });
  const guess = slider(state, "guess", {
    label: "your guess of the accuracy",
    min: 0,
    max: 1,
    step: 0.01,
  });
  const show = button("Show", () => {
    const { key, values } = now();
    if (isOpen() || !values) return;
    const off = state.get("guess") - summary(values).mean;
    state.set({ uncovered: [...state.get("uncovered"), key] });
    const verdict = `Your guess was ${formatNumber(Math.abs(off))} too ${off > 0 ? "high" : "low"}.`;
    state.say(() => `${told()} ${Math.abs(off) < 0.02 ? "A good guess." : verdict}`);
  });
  const again = button("Cover all", () => state.set({ uncovered: [] }));
  const plot = linePlot({
    label: "Accuracy against labels a class",
    x: { label: "labels a class", min: 4, max: 600, log: true },
    y: { label: "accuracy", min: 0, max: 1 },
    width: 520,
  });
  const result = note();
  const lesson = reveal(
    "Uncovered a few? Which step buys more: a better strategy, or more labels? And where does a network of one's own catch up?",
    element(
      "p",
      {},
      "Compare the own network with the borrowed head, and read sideways. On the garments, look at the pixels, too: they borrow nothing, and the own network is behind them. Then compare the ways of borrowing with each other: on each target the head alone is ahead of all that train layers. The text asks why.",
    ),
  );
  return {
    content: [
      row(target.node, strategy.node),
      row(labels.node, guess.node),
      row(show.node, again.node),
      plot.node,
      result.node,
      lesson,
    ],
    draw() {
      const { target: where, count } = now();
      const results = state.get("results");
      const open = uncoveredOf(state.get("uncovered"), where);
      const series = Object.entries(open).map(([name, rows]) => {
        const found = rows.map((r) => [
          COUNTS[where][r],
          summary(results[where][name][r]),
        ]);
        return {
          label: SHORT[name],
          color: COLORS[name] ?? TRAINED,
          points: found.map(([x, { mean }]) => [x, mean]),
          band: found.map(([x, { mean, spread }]) => [x, mean - spread, mean + spread]),
          dots: true,
        };
      });
      if (!isOpen() && now().values) {
        series.push({
          label: "your guess",
          color: "var(--warn)",
          points: [[count, state.get("guess")]],
          line: false,
          dots: true,
        });
      }
      plot.show({ series, alt: told() });
      result.show(told());
    },
  };
});
