// Convolution and pooling of images (C, H, W), as torch defines them.
import { tensor } from "./tensor.js";
import { outputSize, sourceIndex, taps } from "./windows.js";

/** For each output index the input indices read along one axis, -1 for zeros. */
function reads(input, out, kernel, { stride, padding, dilation, mode }) {
  return Array.from({ length: out }, (_, o) =>
    taps(o, kernel, stride, padding, dilation).map((i) => sourceIndex(i, input, mode)),
  );
}

const DEFAULTS = { stride: 1, padding: 0, dilation: 1, mode: "zeros" };

function outputShape([, rows, cols], [kr, kc], { stride, padding, dilation }) {
  const shape = [
    outputSize(rows, kr, stride, padding, dilation),
    outputSize(cols, kc, stride, padding, dilation),
  ];
  if (Math.min(...shape) < 1)
    throw new RangeError("the kernel is larger than the input");
  return shape;
}

/**
 * Cross-correlate x (C, H, W) with weight (O, C / groups, M, N), plus bias (O):
 * (O, H', W'). Options: stride, padding, dilation, groups, mode.
 */
export function conv2d(x, weight, bias, options = {}) {
  const how = { ...DEFAULTS, ...options };
  const groups = how.groups ?? 1;
  const [channels, rows, cols] = x.shape;
  const [out, inner, kr, kc] = weight.shape;
  if (inner * groups !== channels) {
    throw new RangeError(`[${x.shape}] under kernels of [${weight.shape}]`);
  }
  const [outRows, outCols] = outputShape(x.shape, [kr, kc], how);
  const fromRows = reads(rows, outRows, kr, how);
  const fromCols = reads(cols, outCols, kc, how);
  const y = tensor([out, outRows, outCols]);
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / (out / groups)) * inner;
    for (let r = 0; r < outRows; r++) {
      for (let c = 0; c < outCols; c++) {
        let sum = bias ? bias.data[o] : 0;
        for (let i = 0; i < inner; i++) {
          for (let u = 0; u < kr; u++) {
            const row = fromRows[r][u];
            if (row < 0) continue;
            const at = ((first + i) * rows + row) * cols;
            const weights = ((o * inner + i) * kr + u) * kc;
            for (let v = 0; v < kc; v++) {
              const col = fromCols[c][v];
              if (col >= 0) sum += x.data[at + col] * weight.data[weights + v];
            }
          }
        }
        y.data[(o * outRows + r) * outCols + c] = sum;
      }
    }
  }
  return y;
}

/** Transposed convolution of x (C, H, W) with weight (C, O, M, N): (O, H', W'). */
export function convTranspose2d(x, weight, bias, { stride = 1, padding = 0 } = {}) {
  const [channels, rows, cols] = x.shape;
  const [, out, kr, kc] = weight.shape;
  const outRows = (rows - 1) * stride - 2 * padding + kr;
  const outCols = (cols - 1) * stride - 2 * padding + kc;
  const y = tensor([out, outRows, outCols]);
  if (bias)
    y.data.forEach(
      (_, i) => (y.data[i] = bias.data[Math.floor(i / outRows / outCols)]),
    );
  for (let i = 0; i < channels; i++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        const value = x.data[(i * rows + r) * cols + c];
        for (let o = 0; o < out; o++) {
          for (let u = 0; u < kr; u++) {
            const row = r * stride - padding + u;
            if (row < 0 || row >= outRows) continue;
            for (let v = 0; v < kc; v++) {
              const col = c * stride - padding + v;
              if (col < 0 || col >= outCols) continue;
              const w = weight.data[((i * out + o) * kr + u) * kc + v];
              y.data[(o * outRows + row) * outCols + col] += value * w;
            }
          }
        }
      }
    }
  }
  return y;
}

/** Each window of x (C, H, W) made one number by `summary(values)`, padding as `blank`. */
function pool(x, window, { stride = window, padding = 0 }, blank, summary) {
  const [channels, rows, cols] = x.shape;
  const how = { ...DEFAULTS, stride, padding };
  const [outRows, outCols] = outputShape(x.shape, [window, window], how);
  const fromRows = reads(rows, outRows, window, how);
  const fromCols = reads(cols, outCols, window, how);
  const y = tensor([channels, outRows, outCols]);
  for (let i = 0; i < y.data.length; i++) {
    const channel = Math.floor(i / (outRows * outCols));
    const lines = fromRows[Math.floor(i / outCols) % outRows];
    const values = lines.flatMap((r) =>
      fromCols[i % outCols].map((c) =>
        r < 0 || c < 0 ? blank : x.data[(channel * rows + r) * cols + c],
      ),
    );
    y.data[i] = summary(values);
  }
  return y;
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Largest number of each window of x (C, H, W); the stride is the window unless given. */
export function maxPool2d(x, window, options = {}) {
  return pool(x, window, options, -Infinity, (values) => Math.max(...values));
}

/** Mean of each window, padding counted as zeros. */
export function avgPool2d(x, window, options = {}) {
  return pool(x, window, options, 0, mean);
}
