// A map of codes: guess what the decoder draws at a place, look, then explore.
import { gray, key } from "../toolkit/color.js";
import { button, choices } from "../toolkit/controls.js";
import {
  column,
  element,
  interactive,
  message,
  note,
  panel,
  row,
} from "../toolkit/figure.js";
import { picture } from "../toolkit/picture.js";
import { conv2d, maxPool2d } from "../toolkit/nn/conv.js";
import { dense } from "../toolkit/nn/dense.js";
import { batchNorm } from "../toolkit/nn/norm.js";
import { map, relu, sigmoid, tensor } from "../toolkit/nn/tensor.js";

const SIDE = 61;
const UNIT = 10;
const MIDDLE = 30;
const ODD = 0.1;
const COLORS = [
  [47, 127, 193],
  [143, 80, 127],
  [89, 162, 46],
  [201, 118, 26],
  [19, 155, 205],
  [212, 51, 133],
  [139, 111, 214],
  [225, 53, 14],
  [128, 128, 128],
  [54, 116, 111],
];
// Places to guess at: some inside a region of one class, some where two of them meet.
const MARKED = [
  [15, 30],
  [40, 25],
  [5, 55],
  [25, 25],
  [45, 30],
  [30, 40],
  [20, 30],
  [55, 15],
];

/** The code at a place of the map; frame: center and scale of the codes. */
export function codeAt([r, c], { center, scale }) {
  const unit = [(c - MIDDLE) / UNIT, (MIDDLE - r) / UNIT];
  return unit.map((u, i) => center[i] + u * scale[i]);
}

/** What a decoder draws for a code: 784 values, 0 black to 1 white. */
export function decoded(net, code, w) {
  let x = tensor([2], Float64Array.from(code));
  for (const n of [0, 2, 4]) {
    const name = `${net}.decoder.${n}`;
    x = dense(x, w[`${name}.weight`], w[`${name}.bias`]);
    x = n < 4 ? relu(x) : sigmoid(x);
  }
  return x;
}

/** Last hidden layer of the judge, 84 numbers, for a picture of 784 values. */
export function features(values, w) {
  const norm = (name) => ({
    weight: w[`${name}.weight`],
    bias: w[`${name}.bias`],
    running_mean: w[`${name}.running_mean`],
    running_var: w[`${name}.running_var`],
  });
  let x = map(
    tensor([1, 28, 28], Float64Array.from(values)),
    (v) => (v - 0.286) / 0.353,
  );
  x = conv2d(x, w["0.weight"], w["0.bias"], { padding: 2 });
  x = maxPool2d(relu(batchNorm(x, norm("1"))), 2);
  x = conv2d(x, w["4.weight"], w["4.bias"]);
  x = maxPool2d(relu(batchNorm(x, norm("5"))), 2);
  x = relu(dense(tensor([400], x.data), w["9.weight"], w["9.bias"]));
  return relu(dense(x, w["11.weight"], w["11.bias"]));
}

/** Share of unseen garments that lie farther from the nearest real one than this. */
export function farther(found, real, far) {
  const [n, width] = real.shape;
  let nearest = Infinity;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++)
      sum += (found.data[j] - real.data[i * width + j]) ** 2;
    nearest = Math.min(nearest, sum);
  }
  const steps = far.data.length - 1;
  let below = 0;
  while (below <= steps && far.data[below] < Math.sqrt(nearest)) below++;
  return Math.max(0, (steps + 1 - below) / (steps + 1));
}

export default interactive("A map of codes", (state) => {
  const problem = message();
  let weights = null;
  let judge = null;
  let marked = 0;
  const score = { right: 0, of: 0 };

  const bytes = state.bytes("dots");
  const classes = state.bytes("classes");
  const names = state.get("names");
  const count = classes.length;
  const dots = (net) => {
    const first = net === "vae" ? 2 * count : 0;
    return Array.from({ length: count }, (_, i) => [
      bytes[first + 2 * i],
      bytes[first + 2 * i + 1],
    ]);
  };
  const maps = Object.fromEntries(
    ["autoencoder", "vae"].map((net) => {
      const cells = new Array(SIDE * SIDE).fill(-1);
      dots(net).forEach(([r, c], i) => (cells[r * SIDE + c] = classes[i]));
      return [net, cells];
    }),
  );

  const go = (r, c) =>
    state.set({ place: [r, c], guess: state.get("covered") ? "" : state.get("guess") });
  const board = picture({
    label: "Map of the codes: choose a place with the arrow keys",
    rows: SIDE,
    cols: SIDE,
    move: go,
  });
  const drawn = picture({
    label: "What the decoder draws at the chosen place",
    rows: 28,
    cols: 28,
  });
  const cover = element("div", { class: "c2a-code-cover" }, "?");
  const drawnPanel = panel(
    "",
    element("div", { class: "c2a-code-drawn" }, drawn.node, cover),
  );
  const boardPanel = panel("a dot for each garment", board.node);
  const verdict = note();

  const guess = (word) => {
    if (!state.get("covered") || !weights) return;
    state.set({ guess: word, covered: false });
    score.of++;
    if ((share() >= ODD ? "garment" : "mush") === word) score.right++;
    state.say(() => told());
  };
  const garment = button("Garment", () => guess("garment"));
  const mush = button("Mush", () => guess("mush"));
  const next = button("Cover, next place", () => {
    marked = (marked + 1) % MARKED.length;
    state.set({ place: MARKED[marked], covered: true, guess: "" });
    state.say("The picture is covered. Garment or mush?");
  });
  const net = choices(state, "net", {
    label: "network",
    options: [
      ["autoencoder", "autoencoder"],
      ["vae", "VAE"],
    ],
    after: () => state.set({ guess: "" }),
  });

  const shown = () =>
    decoded(
      state.get("net"),
      codeAt(state.get("place"), state.get("frames")[state.get("net")]),
      weights,
    );
  const share = () => farther(features(shown().data, judge), weights.real, weights.far);
  const nearestName = () => {
    const [r, c] = state.get("place");
    const away = dots(state.get("net")).map(([a, b]) => (a - r) ** 2 + (b - c) ** 2);
    return names[classes[away.indexOf(Math.min(...away))]];
  };
  const told = () => {
    const s = share();
    const said = state.get("guess") ? `You said ${state.get("guess")}. ` : "";
    const found = s >= ODD ? "garment" : "mush";
    const odd =
      s >= ODD
        ? `${Math.round(100 * s)}% of real garments are at least as odd`
        : `odder than ${Math.round(100 * (1 - s))}% of real garments`;
    const points = score.of ? ` You agree on ${score.right} of ${score.of}.` : "";
    return `${said}The judge says ${found}: ${odd}. Nearest dot: ${nearestName()}.${points}`;
  };

  Promise.all([state.weights("code-maps"), state.weights("garment-judge")]).then(
    (loaded) => {
      [weights, judge] = loaded;
      state.redraw();
    },
    () =>
      problem.show("The networks could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      net.node,
      row(
        column(boardPanel.node),
        column(drawnPanel.node, row(garment.node, mush.node), next.node),
      ),
      verdict.node,
      key.swatches(names.map((name, i) => [`rgb(${COLORS[i].join(" ")})`, name])),
      problem.node,
    ],
    draw() {
      const covered = state.get("covered");
      board.draw(maps[state.get("net")], (kind) =>
        kind < 0 ? [0, 0, 0, 0] : [...COLORS[kind], 255],
      );
      board.mark(...state.get("place"), 3);
      cover.hidden = !covered;
      garment.enable(covered && weights !== null);
      mush.enable(covered && weights !== null);
      drawnPanel.caption(covered ? "garment or mush?" : "drawn here");
      if (!weights || covered) {
        drawn.draw(new Array(784).fill(0), gray);
        verdict.show(covered ? "Decide first. Then move over the map, and watch." : "");
        return;
      }
      drawn.draw(shown().data, gray);
      verdict.show(told());
    },
  };
});
