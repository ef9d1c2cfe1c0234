// x against y on the product x y: where three rules of play lead.
import { COLORS } from "../toolkit/color.js";
import { choices, slider } from "../toolkit/controls.js";
import { column, formatNumber, interactive, note, row } from "../toolkit/figure.js";
import { linePlot } from "../toolkit/plot.js";
import { transport } from "../toolkit/transport.js";

const STEPS = 60;

/**
 * The way of (x, y) on the product x y, from (1, 0): x goes down, y goes up.
 * Rules: "both" at once, in "turns", or "ahead" (extragradient). Momentum: a share of
 * the last move that is made again.
 */
export function duel(rule, rate, momentum, steps) {
  let [x, y] = [1, 0];
  let [dx, dy] = [0, 0];
  const way = [[x, y]];
  for (let n = 0; n < steps; n++) {
    const [seenX, seenY] = rule === "ahead" ? [x - rate * y, y + rate * x] : [x, y];
    dx = momentum * dx - rate * seenY;
    const answered = rule === "turns" ? x + dx : seenX;
    dy = momentum * dy + rate * answered;
    [x, y] = [x + dx, y + dy];
    way.push([x, y]);
  }
  return way;
}

export default interactive("x against y", (state) => {
  const plot = linePlot({
    label: "The way of x and y",
    x: { label: "x", min: -3, max: 3 },
    y: { label: "y", min: -3, max: 3 },
    width: 400,
    height: 320,
  });
  const way = () =>
    duel(state.get("rule"), state.get("rate"), state.get("momentum"), STEPS);
  const apart = (n) => Math.hypot(...way()[n]);
  const steps = transport(state, "step", {
    label: "step",
    count: () => STEPS + 1,
    pace: 120,
    where: (n) => `distance from the middle ${formatNumber(apart(n))}`,
  });
  const afresh = () => state.set({ step: 0 });
  const controls = [
    choices(state, "rule", {
      label: "moves",
      options: [
        ["both", "both at once"],
        ["turns", "in turns"],
        ["ahead", "looking ahead"],
      ],
      after: afresh,
    }),
    slider(state, "rate", {
      label: "rate η",
      min: 0.05,
      max: 0.5,
      step: 0.05,
      after: afresh,
    }),
    slider(state, "momentum", {
      label: "momentum",
      min: -0.5,
      max: 0.9,
      step: 0.1,
      after: afresh,
    }),
  ];
  const place = note();
  return {
    content: [
      row(
        column(plot.node, steps.node),
        column(...controls.map(({ node }) => node), place.node),
      ),
    ],
    draw() {
      const n = state.get("step");
      const seen = way().slice(0, n + 1);
      const at = seen[n].map((v) => formatNumber(v)).join(", ");
      plot.show({
        series: [
          { points: seen, color: COLORS.gan },
          { points: [seen[n]], line: false, dots: true, color: COLORS.gan },
        ],
        marks: [{ x: 0 }, { y: 0 }],
        alt: `After ${n} steps at ${at}`,
      });
      place.show(`Step ${n}: ${formatNumber(apart(n))} from the middle.`);
    },
  };
});
