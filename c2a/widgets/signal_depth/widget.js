// A random stack of layers: how large is the signal, and the gradient, at each of them?
import { choices, slider } from "../toolkit/controls.js";
import { element, interactive, note, reveal, row } from "../toolkit/figure.js";
import { generator, normal } from "../toolkit/nn/sampling.js";
import { map, matmul, tensor, transpose } from "../toolkit/nn/tensor.js";
import { linePlot } from "../toolkit/plot.js";

const UNITS = 64;
const BATCH = 32;
const [LOW, HIGH] = [1e-12, 1e6];
const EPS = 1e-5;

const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  none: (z) => z,
};
const SLOPES = {
  relu: (z) => (z > 0 ? 1 : 0),
  tanh: (z, a) => 1 - a * a,
  sigmoid: (z, a) => a * (1 - a),
  none: () => 1,
};

const rms = ({ data }) =>
  Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);

/** Standard normal numbers that a seed repeats. */
export function normals(seed, shape) {
  const random = generator(seed);
  return map(tensor(shape), () => normal(random));
}

/** Groups of entries of (N, units) that share statistics: columns, rows, or none. */
function groups([n, units], norm) {
  const count = { batch: units, layer: n, none: 0 }[norm];
  const each = norm === "batch" ? n : units;
  const at = (group, i) => (norm === "batch" ? i * units + group : group * units + i);
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: each }, (_, i) => at(group, i)),
  );
}

/** Each group to mean 0 and variance 1: { unit, std (one a group) }. */
export function normalize(z, norm) {
  const unit = tensor(z.shape, Float64Array.from(z.data));
  const std = groups(z.shape, norm).map((places) => {
    const mean = places.reduce((sum, i) => sum + z.data[i], 0) / places.length;
    const squares = places.reduce((sum, i) => sum + (z.data[i] - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / places.length + EPS);
    for (const i of places) unit.data[i] = (z.data[i] - mean) / deviation;
    return deviation;
  });
  return { unit, std };
}

/** The gradient before the normalization, from that behind it. */
export function normalizeBack(g, { unit, std }, norm) {
  const back = tensor(g.shape, Float64Array.from(g.data));
  groups(g.shape, norm).forEach((places, group) => {
    const average = (f) => places.reduce((sum, i) => sum + f(i), 0) / places.length;
    const mean = average((i) => g.data[i]);
    const along = average((i) => g.data[i] * unit.data[i]);
    for (const i of places) {
      back.data[i] = (g.data[i] - mean - unit.data[i] * along) / std[group];
    }
  });
  return back;
}

/**
 * Root mean squares through layers act(norm(x @ w)): of the outputs (signal), and of
 * the gradient at them. x, g are (N, units), weights a list of (units, units).
 */
export function propagate(x, g, weights, activation, norm) {
  const kept = [];
  let a = x;
  for (const w of weights) {
    const normed = normalize(matmul(a, w), norm);
    a = map(normed.unit, ACTIVATIONS[activation]);
    kept.push({ normed, a });
  }
  const signal = kept.map((layer) => rms(layer.a));
  const gradient = [];
  let back = g;
  for (let i = weights.length - 1; i >= 0; i--) {
    gradient.unshift(rms(back));
    const { normed, a: out } = kept[i];
    const before = map(
      back,
      (v, j) => v * SLOPES[activation](normed.unit.data[j], out.data[j]),
    );
    back = matmul(normalizeBack(before, normed, norm), transpose(weights[i]));
  }
  return { signal, gradient };
}

/** A size in few signs: 0.31, 4.2e-9; what is not a number any more, in a word. */
function words(size) {
  if (!Number.isFinite(size)) return "beyond all numbers";
  if (size === 0) return "0";
  return size >= 0.01 && size < 1000
    ? String(Number(size.toPrecision(2)))
    : size.toExponential(0);
}

export default interactive("How deep does a signal reach?", (state) => {
  const x = normals(1, [BATCH, UNITS]);
  const g = normals(2, [BATCH, UNITS]);
  const drawn = []; // matrices are drawn once, when a depth first needs them
  const stack = (depth, scale) => {
    for (let i = drawn.length; i < depth; i++)
      drawn.push(normals(3 + i, [UNITS, UNITS]));
    return drawn
      .slice(0, depth)
      .map((w) => map(w, (v) => (v * scale) / Math.sqrt(UNITS)));
  };
  const sizes = () =>
    propagate(
      x,
      g,
      stack(state.get("depth"), state.get("scale")),
      state.get("activation"),
      state.get("norm"),
    );
  const told = ({ signal, gradient }) =>
    `After ${signal.length} layers the signal is ${words(signal.at(-1))}; back at the first, the gradient is ${words(gradient[0])}.`;
  const tell = () => state.say(() => told(sizes()));

  const activation = choices(state, "activation", {
    label: "Activation",
    options: [
      ["relu", "ReLU"],
      ["tanh", "tanh"],
      ["sigmoid", "sigmoid"],
      ["none", "none"],
    ],
    after: tell,
  });
  const norm = choices(state, "norm", {
    label: "Normalization",
    options: [
      ["none", "none"],
      ["batch", "batch norm"],
      ["layer", "layer norm"],
    ],
    after: tell,
  });
  const scale = slider(state, "scale", {
    label: "weight size",
    min: 0.1,
    max: 4,
    step: 0.01,
    after: tell,
  });
  const depth = slider(state, "depth", {
    label: "layers",
    min: 2,
    max: 50,
    step: 1,
    after: tell,
  });
  const plot = linePlot({
    label: "Size of signal and gradient at each layer",
    x: { label: "layer", min: 1 },
    y: { label: "root mean square", min: LOW, max: HIGH, log: true },
    width: 520,
  });
  const result = note();
  const rule = reveal(
    "Found a size for ReLU? For tanh? What do your two numbers have to do with the activation?",
    element(
      "p",
      {},
      "Weights have the standard deviation (weight size) / √64, for 64 inputs each. ReLU keeps its signal at √2 ≈ 1.41: it drops half of the mean square, so weights need twice the variance. Without activation it is 1. ",
      "Tanh flattens large values, so no size blows it up; a little above 1 its signal stays about level. A sigmoid's signal never dies, since it cannot go below 0, yet its gradient loses a factor of 4 or more a layer, unless weights make up for it. ",
      "With a norm, the weight size does not matter any more. Batch norm keeps the signal; look at what it does to the gradient of fifty ReLU layers.",
    ),
  );
  return {
    content: [
      row(activation.node, norm.node),
      row(scale.node, depth.node),
      plot.node,
      result.node,
      rule,
    ],
    draw() {
      const now = sizes();
      const visible = (size) =>
        Math.min(Math.max(Number.isNaN(size) ? HIGH : size, LOW), HIGH);
      const series = [
        ["signal", "var(--plus)"],
        ["gradient", "var(--minus)"],
      ].map(([name, color]) => ({
        label: name,
        color,
        points: now[name].map((size, i) => [i + 1, visible(size)]),
      }));
      plot.show({ series, alt: told(now) });
      result.show(told(now));
    },
  };
});
