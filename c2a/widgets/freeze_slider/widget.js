// Freeze the first layers of a copied network, train the rest, look at both tasks.
import { button, choices, slider } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  note,
  reveal,
  row,
} from "../toolkit/figure.js";
import { barChart } from "../toolkit/bars.js";
import { cellGrid } from "../toolkit/grid.js";
import { linePlot } from "../toolkit/plot.js";

const LAYERS = 5;
const NUMBERS = ["new task", "old task", "drift"];

/** Mean and sample standard deviation of each number over seeds (seeds, numbers). */
export function summary(runs) {
  return Object.fromEntries(
    NUMBERS.map((name, i) => {
      const values = runs.map((run) => run[i]);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
      return [name, { mean, spread: Math.sqrt(squares / (values.length - 1)) }];
    }),
  );
}

/** Which numbers of frozen layers have been tried for a task, in order. */
export function triedOf(tried, task) {
  return tried
    .map((each) => each.split(" "))
    .filter(([where]) => where === task)
    .map(([, frozen]) => Number(frozen))
    .sort((a, b) => a - b);
}

export default interactive("How many layers to freeze?", (state) => {
  const key = () => `${state.get("task")} ${state.get("frozen")}`;
  const isOpen = () => state.get("tried").includes(key());
  const found = () =>
    summary(state.get("results")[state.get("task")][state.get("frozen")]);
  const told = () => {
    const frozen = state.get("frozen");
    const which = frozen ? `Layers 1 to ${frozen} frozen` : "Nothing frozen";
    if (!isOpen())
      return `${which}. What do you expect of both tasks? Then press Train.`;
    const numbers = found();
    const text = (name) =>
      `${name} ${formatNumber(numbers[name].mean)} ± ${formatNumber(numbers[name].spread)}`;
    return `${which}: ${NUMBERS.map(text).join(", ")}.`;
  };
  const task = choices(state, "task", {
    label: "New task, 20 labels a class",
    options: [
      ["garments", "the other five garments"],
      ["digits", "ten digits"],
    ],
  });
  const frozen = slider(state, "frozen", {
    label: "frozen layers",
    min: 0,
    max: LAYERS,
    step: 1,
  });
  const train = button("Train", () => {
    if (!isOpen()) state.set({ tried: [...state.get("tried"), key()] });
    state.say(told);
  });
  const forget = button("Start again", () => state.set({ tried: [] }));
  const layers = cellGrid({
    label: "Layers, the input on the left",
    rows: 1,
    cols: LAYERS,
  });
  const bars = barChart({ label: "Accuracy on both tasks, and drift of the features" });
  const plot = linePlot({
    label: "Accuracy on both tasks by frozen layers",
    x: { label: "frozen layers", min: 0, max: LAYERS },
    y: { label: "accuracy", min: 0, max: 1 },
    width: 460,
    height: 220,
  });
  const result = note();
  const lesson = reveal(
    "Tried several for both tasks? What do you pay for freezing, and what do you get for it?",
    element(
      "p",
      {},
      "The old task is whole only with all five layers frozen. Each layer that learns moves the features away from what the old head was trained on; drift says how far, as a share of their length. How much the new task gains by it depends on how far it is from the old one.",
    ),
  );
  return {
    content: [
      row(task.node, frozen.node),
      row(train.node, forget.node),
      layers.node,
      bars.node,
      plot.node,
      result.node,
      lesson,
    ],
    draw() {
      const count = state.get("frozen");
      layers.show((_, col) => ({
        text: col < count ? "❄" : String(col + 1),
        fill: col < count ? "var(--soft)" : "var(--field)",
        label: `layer ${col + 1} ${col < count ? "is frozen" : "learns"}`,
      }));
      const numbers = isOpen() ? found() : null;
      bars.show(
        NUMBERS.map((label) => ({
          label,
          value: numbers ? numbers[label].mean : 0,
          text: numbers ? formatNumber(numbers[label].mean) : "?",
          color: label === "drift" ? "var(--faint)" : "var(--accent)",
        })),
        { low: 0 },
      );
      const where = state.get("task");
      const tried = triedOf(state.get("tried"), where);
      const results = state.get("results")[where];
      const series = ["new task", "old task"].map((label, i) => {
        const points = tried.map((k) => [k, summary(results[k])[label]]);
        return {
          label,
          color: i ? "var(--minus)" : "var(--plus)",
          points: points.map(([k, { mean }]) => [k, mean]),
          band: points.map(([k, { mean, spread }]) => [
            k,
            mean - spread,
            mean + spread,
          ]),
          dots: true,
        };
      });
      plot.show({ series: tried.length ? series : [], alt: told() });
      result.show(told());
    },
  };
});
