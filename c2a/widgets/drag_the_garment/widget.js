// A garment to drag over a canvas, and the answers of three trained networks.
import { barChart } from "../toolkit/bars.js";
import { COLORS, gray, tint } from "../toolkit/color.js";
import { button, slider } from "../toolkit/controls.js";
import {
  column,
  element,
  interactive,
  message,
  panel,
  reveal,
  row,
} from "../toolkit/figure.js";
import { cellGrid } from "../toolkit/grid.js";
import { picture, thumbnails } from "../toolkit/picture.js";
import { conv2d } from "../toolkit/nn/conv.js";
import { dense } from "../toolkit/nn/dense.js";
import { relu, softmax, tensor } from "../toolkit/nn/tensor.js";

const REACH = 4;
const INNER = 28;
const SIDE = INNER + 2 * REACH;
const NETS = [
  ["dense", "dense"],
  ["flatten", "convolution, flattened"],
  ["largest", "convolution, largest"],
];

/** The garment (784 values, 0 to 1) moved by whole pixels on a black canvas. */
export function moveOnCanvas(garment, down, right) {
  const canvas = new Float32Array(SIDE * SIDE);
  for (let r = 0; r < INNER; r++) {
    const start = (r + REACH + down) * SIDE + REACH + right;
    canvas.set(garment.slice(r * INNER, (r + 1) * INNER), start);
  }
  return canvas;
}

function maps(x, weights, name) {
  const [weight, bias] = [weights[`${name}.weight`], weights[`${name}.bias`]];
  return relu(conv2d(x, weight, bias, { stride: 2, padding: 4 }));
}

function layer(x, weights, name) {
  return dense(x, weights[`${name}.weight`], weights[`${name}.bias`]);
}

const NETWORKS = {
  dense: (x, w) => layer(relu(layer(flat(x.data), w, "dense.1")), w, "dense.3"),
  flatten: (x, w) => layer(flat(maps(x, w, "flatten.0").data), w, "flatten.3"),
  largest: (x, w) => layer(flat(largestOf(maps(x, w, "largest.0"))), w, "largest.4"),
};

function flat(data) {
  return tensor([data.length], data);
}

function largestOf({ shape: [channels], data }) {
  const size = data.length / channels;
  return Float64Array.from({ length: channels }, (_, c) =>
    data.subarray(c * size, (c + 1) * size).reduce((a, b) => Math.max(a, b)),
  );
}

/** Ten scores of a network for a canvas of 36 x 36 values. */
export function scores(net, canvas, weights) {
  const x = tensor([1, SIDE, SIDE], Float64Array.from(canvas));
  return Array.from(NETWORKS[net](x, weights).data);
}

export default interactive("Drag a garment, ask three networks", (state) => {
  const kinds = state.get("kinds");
  const values = Float32Array.from(state.bytes("pictures"), (v) => v / 255);
  const size = INNER * INNER;
  const garments = kinds.map((_, k) => values.subarray(k * size, (k + 1) * size));
  const problem = message();
  let weights = null;
  let mapped = -1; // the garment whose maps are drawn

  const place = (row, col) => {
    const within = (v) => Math.min(Math.max(v, -REACH), REACH);
    state.set({ down: within(row - SIDE / 2), right: within(col - SIDE / 2) });
    tell();
  };
  const board = picture({
    label: "Canvas: drag the garment, or move it with the arrow keys",
    rows: SIDE,
    cols: SIDE,
    move: place,
  });
  const tell = () => queueMicrotask(() => weights && state.say(spoken()));
  const chooser = thumbnails(state, "garment", {
    label: "garment",
    color: gray,
    images: garments.map((g, k) => ({ rows: INNER, cols: INNER, values: g, label: kinds[k] })),
    after: tell,
  });
  const range = { min: -REACH, max: REACH, step: 1, after: tell };
  const down = slider(state, "down", { label: "pixels down", ...range });
  const right = slider(state, "right", { label: "pixels right", ...range });
  const home = button("Back to the middle", () => {
    state.set({ down: 0, right: 0 });
    tell();
  });

  const bars = NETS.map(([, title]) => barChart({ label: `What the net says: ${title}` }));
  const panels = NETS.map(([, title], i) => panel(title, bars[i].node));
  const here = () =>
    moveOnCanvas(garments[state.get("garment")], state.get("down"), state.get("right"));
  const chances = (net, canvas) => Array.from(softmax(scores(net, canvas, weights)));
  const best = (p) => p.indexOf(Math.max(...p));
  const spoken = () =>
    NETS.map(([net, title]) => `${title}: ${kinds[best(chances(net, here()))]}`).join("; ");

  const grids = NETS.map(([, title]) =>
    cellGrid({
      label: `Where the net is right: ${title}`,
      rows: 2 * REACH + 1,
      cols: 2 * REACH + 1,
    }),
  );
  const answer = reveal(
    "Guess first: at which of the 81 places does each net still name it?",
    row(...NETS.map(([, title], i) => panel(title, grids[i].node).node)),
    element("p", { class: "c2a-note" }, "A tick: named rightly there. Darker: surer of the right kind."),
  );
  answer.addEventListener("toggle", () => state.redraw());

  const drawMaps = () => {
    const kind = state.get("garment");
    NETS.forEach(([net], i) => {
      const current = [state.get("down") + REACH, state.get("right") + REACH];
      if (mapped !== kind) {
        grids[i].show((r, c) => {
          const p = chances(net, moveOnCanvas(garments[kind], r - REACH, c - REACH));
          return { text: best(p) === kind ? "✓" : "", fill: tint(p[kind], 1) };
        });
      }
      grids[i].frame("current", { row: current[0], col: current[1] });
    });
    mapped = kind;
  };

  state.weights("garment-nets").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () => problem.show("The networks could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      chooser.node,
      row(
        column(panel("drag it", board.node).node, down.node, right.node, home.node),
        column(...panels.map(({ node }) => node)),
      ),
      problem.node,
      answer,
    ],
    draw() {
      board.draw(here(), gray);
      board.mark(SIDE / 2 + state.get("down"), SIDE / 2 + state.get("right"), 1);
      if (!weights) return;
      const kind = state.get("garment");
      NETS.forEach(([net, title], i) => {
        const p = chances(net, here());
        const order = p.map((_, k) => k).sort((a, b) => p[b] - p[a]);
        const color = net === "dense" ? COLORS.mlp : COLORS.cnn;
        bars[i].show(
          order.slice(0, 3).map((k) => ({
            label: kinds[k], value: p[k], color, marked: k === kind,
            text: `${Math.round(100 * p[k])}%`,
          })),
        );
        panels[i].caption(`${title}: ${order[0] === kind ? "right" : "wrong"}`);
      });
      if (answer.open) drawMaps();
    },
  };
});
