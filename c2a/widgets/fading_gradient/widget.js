// A recurrent network: how much of a gradient is left after each number of steps back in
// time, and which of the symbols read can still be told from the last state?
import { choices, slider } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  note,
  reveal,
  row,
} from "../toolkit/figure.js";
import { map, matmul, tensor, transpose } from "../toolkit/nn/tensor.js";
import { linePlot } from "../toolkit/plot.js";

const [UNITS, SYMBOLS, LONGEST, FITTED, SEEN] = [24, 4, 60, 192, 16];
const RIDGE = 1e-3;
const FLOOR = 1e-30;
const [LOW, HIGH] = [1e-15, 1e6];

const ACTIVATIONS = {
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  none: (z) => z,
};
const SLOPES = { tanh: (h) => 1 - h * h, relu: (h) => (h > 0 ? 1 : 0), none: () => 1 };

/** States h_0 to h_T, each (N, units), of sequences of symbols (N, T + 1). */
export function unroll(symbols, Wx, Wh, activation) {
  const [n, steps] = symbols.shape;
  const [units, kinds] = Wx.shape;
  const turned = transpose(Wh);
  const states = [];
  let h = tensor([n, units]);
  for (let t = 0; t < steps; t++) {
    h = map(matmul(h, turned), (recurrent, i) => {
      const symbol = symbols.data[Math.floor(i / units) * steps + t];
      return ACTIVATIONS[activation](recurrent + Wx.data[(i % units) * kinds + symbol]);
    });
    states.push(h);
  }
  return states;
}

/**
 * What is left of a gradient at h_T, at lags 0 to T: the root of the mean square over all
 * directions, and the geometric mean over the sequences from `first` to `first + count`.
 */
export function profile(states, Wh, activation, first, count) {
  const units = Wh.shape[0];
  const logs = states.map(() => 0);
  for (let n = first; n < first + count; n++) {
    let back = map(tensor([units, units]), (_, i) => Number(i % (units + 1) === 0));
    for (let lag = 0; lag < states.length; lag++) {
      const square = back.data.reduce((sum, v) => sum + v * v, 0) / units;
      logs[lag] += Math.log(Math.max(square, FLOOR ** 2)) / 2 / count;
      const h = states[states.length - 1 - lag].data;
      const steep = (v, i) => v * SLOPES[activation](h[n * units + (i % units)]);
      back = matmul(map(back, steep), Wh);
    }
  }
  return logs.map(Math.exp);
}

/** x with A x = B for a symmetric, positive definite A (n, n); B (n, m). */
export function solve(A, B) {
  const n = A.shape[0];
  const m = B.shape[1];
  const [a, b] = [Float64Array.from(A.data), Float64Array.from(B.data)];
  const subtract = (from, what, times) => {
    for (let j = 0; j < n; j++) a[from * n + j] -= times * a[what * n + j];
    for (let j = 0; j < m; j++) b[from * m + j] -= times * b[what * m + j];
  };
  for (let i = 0; i < n; i++) {
    for (let r = i + 1; r < n; r++) subtract(r, i, a[r * n + i] / a[i * n + i]);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let r = 0; r < i; r++) subtract(r, i, a[r * n + i] / a[i * n + i]);
    for (let j = 0; j < m; j++) b[i * m + j] /= a[i * n + i];
  }
  return tensor([n, m], b);
}

/** Rows from `start` on, up to `end`. */
function rows({ shape: [, m], data }, start, end) {
  return tensor([end - start, m], data.slice(start * m, end * m));
}

/**
 * Share of symbols that a linear read-out of the last state names, at lags 0 to T: ridge
 * regression on the first half of the sequences, judged on the second.
 */
export function recall(last, symbols) {
  const [n, steps] = symbols.shape;
  const units = last.shape[1];
  const square = last.data.reduce((sum, v) => sum + v * v, 0) / last.data.length;
  const scale = Math.sqrt(square) || 1;
  const inputs = map(tensor([n, units + 1]), (_, i) => {
    const [r, c] = [Math.floor(i / (units + 1)), i % (units + 1)];
    return c < units ? last.data[r * units + c] / scale : 1;
  });
  const symbol = (r, lag) => symbols.data[r * steps + steps - 1 - lag];
  const half = n / 2;
  const wanted = tensor([half, steps * SYMBOLS]);
  for (let r = 0; r < half; r++) {
    for (let lag = 0; lag < steps; lag++) {
      wanted.data[(r * steps + lag) * SYMBOLS + symbol(r, lag)] = 1;
    }
  }
  const fitted = rows(inputs, 0, half);
  const turned = transpose(fitted);
  const gram = map(
    matmul(turned, fitted),
    (v, i) => v + (i % (units + 2) === 0 ? RIDGE * half : 0),
  );
  const weights = solve(gram, matmul(turned, wanted));
  const scores = matmul(rows(inputs, half, n), weights).data;
  return Array.from({ length: steps }, (_, lag) => {
    let right = 0;
    for (let r = 0; r < half; r++) {
      const at = (r * steps + lag) * SYMBOLS;
      const each = scores.subarray(at, at + SYMBOLS);
      const best = each.indexOf(Math.max(...each));
      if (best === symbol(half + r, lag)) right += 1;
    }
    return right / half;
  });
}

/** A size in few signs: 0.31, 4.2e-9, 1.3e+5. */
function words(size) {
  if (!(size > FLOOR)) return "nothing";
  if (size >= 0.01 && size < 1000) return String(Number(size.toPrecision(2)));
  return size.toExponential(1);
}

export default interactive("What is left of a gradient, and of a memory?", (state) => {
  const matrix = (name, shape) => tensor(shape, Float64Array.from(state.floats(name)));
  const drawn = {
    random: matrix("random", [UNITS, UNITS]),
    orthogonal: matrix("orthogonal", [UNITS, UNITS]),
    inputs: matrix("inputs", [UNITS, SYMBOLS]),
    symbols: tensor([2 * FITTED, LONGEST + 1], state.bytes("symbols")),
  };
  const compute = () => {
    const [activation, steps] = [state.get("activation"), state.get("length") + 1];
    const Wh = map(drawn[state.get("kind")], (v) => v * state.get("radius"));
    const Wx = map(drawn.inputs, (v) => v * state.get("strength"));
    const symbols = map(tensor([2 * FITTED, steps]), (_, i) => {
      const at = Math.floor(i / steps) * (LONGEST + 1) + (i % steps);
      return drawn.symbols.data[at];
    });
    const states = unroll(symbols, Wx, Wh, activation);
    const gradient = profile(states, Wh, activation, FITTED, SEEN);
    return { gradient, recalled: recall(states.at(-1), symbols) };
  };
  let now;
  const told = () => {
    const { gradient, recalled } = now;
    const steps = gradient.length - 1;
    const far = recalled.findIndex((share) => share < 0.5);
    const reach =
      far === 0
        ? "not even the last symbol can be read off the state"
        : far < 0
          ? "the read-out names even the first symbol in more than half of the sequences"
          : `symbols up to ${far - 1} ${far === 2 ? "step" : "steps"} back are named in more than half of the sequences`;
    return `After ${steps} steps ${words(gradient[steps])} of the gradient is left, a factor of ${formatNumber((gradient[steps] / gradient[0]) ** (1 / steps))} a step; ${reach}.`;
  };
  const tell = () => state.say(told);

  const kind = choices(state, "kind", {
    label: "Recurrent matrix",
    options: [
      ["random", "random"],
      ["orthogonal", "orthogonal"],
    ],
    after: tell,
  });
  const activation = choices(state, "activation", {
    label: "Activation",
    options: [
      ["none", "none"],
      ["tanh", "tanh"],
      ["relu", "ReLU"],
    ],
    after: tell,
  });
  const bound = (trait, label, min, max, step) =>
    slider(state, trait, { label, min, max, step, after: tell });
  const radius = bound("radius", "spectral radius", 0.2, 2, 0.05);
  const strength = bound("strength", "size of the inputs", 0, 2, 0.1);
  const length = bound("length", "steps", 5, LONGEST, 1);
  const gradientPlot = linePlot({
    label: "What is left of the gradient, by steps back",
    x: { label: "steps back", min: 0 },
    y: { label: "share left", min: LOW, max: HIGH, log: true },
    width: 460,
    height: 200,
  });
  const recallPlot = linePlot({
    label: "Share of symbols that a read-out of the last state names, by steps back",
    x: { label: "steps back", min: 0 },
    y: { label: "share recalled", min: 0, max: 1 },
    width: 460,
    height: 200,
  });
  const result = note();
  const rule = reveal(
    "Found a radius that keeps the gradient level with tanh? Does a level gradient bring the memory?",
    element(
      "p",
      {},
      "Without activation the factor a step is the spectral radius in the long run, whatever the inputs are. With tanh the inputs matter: the larger they are, the flatter the slopes, and the radius must lie above 1 to make up for it. ",
      "For each size of the inputs there is such a radius. The memory does not follow. New inputs go on being stirred into 24 units, and what was stirred in long ago cannot be told apart by weighing and adding; without activation and with a radius of 1 or more nothing ever leaves, and 24 units overflow. ",
      "An orthogonal matrix of radius 1 with small inputs and tanh keeps both for longest.",
    ),
  );
  return {
    content: [
      row(kind.node, activation.node),
      row(radius.node, strength.node, length.node),
      gradientPlot.node,
      recallPlot.node,
      result.node,
      rule,
    ],
    draw() {
      now = compute();
      const visible = (size) => Math.min(Math.max(size, LOW), HIGH);
      const line = (values, color) => ({
        color,
        points: values.map((value, lag) => [lag, value]),
      });
      gradientPlot.show({
        series: [line(now.gradient.map(visible), "var(--plus)")],
        marks: [{ y: 1, label: "all" }],
        alt: told(),
      });
      recallPlot.show({
        series: [line(now.recalled, "var(--minus)")],
        marks: [{ y: 1 / SYMBOLS, label: "guessing" }],
        alt: told(),
      });
      result.show(told());
    },
  };
});
