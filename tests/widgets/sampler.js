// A figure for testing: every part of the toolkit once.
import { barChart } from "../../c2a/widgets/toolkit/bars.js";
import { COLORS, gray, heat, key, tint } from "../../c2a/widgets/toolkit/color.js";
import {
  button,
  choices,
  numberField,
  presets,
  select,
  slider,
  textField,
  toggle,
} from "../../c2a/widgets/toolkit/controls.js";
import {
  interactive,
  message,
  note,
  reveal,
  row,
} from "../../c2a/widgets/toolkit/figure.js";
import { nodeLink } from "../../c2a/widgets/toolkit/graph.js";
import { cellGrid, heatMap, numberGrid } from "../../c2a/widgets/toolkit/grid.js";
import { drawingPad, picture, thumbnails } from "../../c2a/widgets/toolkit/picture.js";
import { linePlot } from "../../c2a/widgets/toolkit/plot.js";
import { transport } from "../../c2a/widgets/toolkit/transport.js";

const squares = [0, 1].map((ink) => ({
  rows: 2,
  cols: 2,
  values: [ink, 1 - ink, 1 - ink, ink],
  label: `pattern ${ink}`,
}));

export default interactive("Sampler", (state) => {
  const controls = [
    numberField(state, "count", { label: "count", letter: "c", min: 1, max: 5 }),
    slider(state, "share", { label: "share", min: 0, max: 1, step: 0.25 }),
    choices(state, "kind", {
      label: "Kind",
      options: [
        ["a", "first"],
        ["b", "second"],
      ],
    }),
    toggle(state, "on", { label: "switched on" }),
    select(state, "kind", {
      label: "kind as a list",
      options: [
        ["a", "A"],
        ["b", "B"],
      ],
    }),
    textField(state, "word", {
      label: "word",
      check: (text) => (/^[a-z]*$/.test(text) ? "" : "Only small letters, please."),
    }),
    presets(state, {
      label: "Presets",
      options: [
        ["low", { count: 1, share: 0 }],
        ["high", { count: 5, share: 1 }],
      ],
    }),
    button("Ask for weights", () =>
      state
        .weights(state.get("word"))
        .then((weights) => answer.show(Object.keys(weights).join(" ")))
        .catch((error) => trouble.show(error.message)),
    ),
    transport(state, "step", {
      label: "Step",
      count: () => state.get("count"),
      where: (step) => `Step ${step}.`,
    }),
  ];
  const answer = note();
  const trouble = message();
  const matrix = numberGrid(state, {
    label: "Matrix",
    cellLabel: (r, c) => `Entry ${r} ${c}`,
    edit(r, c, value) {
      const rows = state.get("matrix").map((line) => [...line]);
      rows[r][c] = value;
      state.set({ matrix: rows });
    },
  });
  const cells = cellGrid({
    label: "Cells",
    rows: 2,
    cols: 3,
    choose: (r, c) => state.set({ at: [r, c] }),
  });
  const map = heatMap({
    label: "Map",
    rowLabels: ["the", "cat"],
    colLabels: ["a", "b"],
  });
  const image = picture({
    label: "Image",
    rows: 4,
    cols: 6,
    move: (r, c) => state.set({ at: [r, c] }),
  });
  const thumbs = thumbnails(state, "chosen", {
    label: "Patterns",
    images: squares,
    color: gray,
  });
  const pad = drawingPad(state, "ink", { label: "Pad", rows: 8, cols: 8, color: heat });
  const plot = linePlot({
    label: "Plot",
    x: { label: "steps" },
    y: { label: "loss", log: true },
  });
  const bars = barChart({ label: "Bars" });
  const graph = nodeLink({
    label: "Graph",
    width: 300,
    height: 100,
    choose: (id) => state.set({ word: id }),
  });
  return {
    content: [
      ...controls.map(({ node }) => node),
      answer.node,
      trouble.node,
      reveal("What is it?", "An answer."),
      matrix.node,
      row(cells.node, map.node, image.node),
      thumbs.node,
      pad.node,
      plot.node,
      bars.node,
      graph.node,
      key.signed(2),
      key.gray("0", "1"),
      key.swatches([[COLORS.cnn, "CNN"]]),
    ],
    draw() {
      const [r, c] = state.get("at");
      matrix.show(state.get("matrix"));
      cells.show((i, j) => 10 * i + j, { current: [Math.min(r, 1), Math.min(c, 2)] });
      map.show([
        [1, -2],
        [0, 0.5],
      ]);
      image.draw(
        Array.from({ length: 24 }, (_, i) => i / 24),
        gray,
      );
      image.mark(r, c, 1);
      plot.show({
        series: [
          {
            points: [
              [0, 1],
              [1, 0.1],
              [2, 0.01],
            ],
            label: "train",
            color: COLORS.cnn,
          },
          {
            points: [
              [0, 1],
              [2, 0.012],
            ],
            label: "test",
            dots: true,
            dashed: true,
            band: [
              [0, 0.9, 1.1],
              [2, 0.01, 0.02],
            ],
          },
        ],
        marks: [{ x: 1, label: "here" }],
        alt: "Both fall.",
      });
      bars.show([
        { label: "up", value: 2 * state.get("share"), marked: true },
        { label: "down", value: -1, color: tint(-1, 1) },
      ]);
      graph.show({
        nodes: [
          { id: "x", text: "x", x: 40, y: 50, marked: state.get("word") === "x" },
          { id: "h", text: "hidden", x: 200, y: 50, shape: "box" },
        ],
        links: [{ from: "x", to: "h", label: "W", bend: 20 }],
      });
    },
  };
});
