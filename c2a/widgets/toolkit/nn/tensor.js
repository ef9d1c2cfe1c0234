// Arrays of numbers in row-major order: { shape, data }, as torch lays them out.

export function size(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

/** A tensor; without data all zeros. */
export function tensor(shape, data = new Float64Array(size(shape))) {
  if (data.length !== size(shape)) {
    throw new RangeError(`${data.length} numbers do not fill [${shape}]`);
  }
  return { shape, data };
}

export function fromNested(nested) {
  const shape = [];
  for (let at = nested; Array.isArray(at); at = at[0]) shape.push(at.length);
  return tensor(
    shape,
    Float64Array.from(shape.length ? nested.flat(Infinity) : [nested]),
  );
}

export function toNested({ shape, data }) {
  let rows = Array.from(data);
  for (const side of shape.slice(1).reverse()) {
    rows = Array.from({ length: rows.length / side }, (_, i) =>
      rows.slice(i * side, (i + 1) * side),
    );
  }
  return rows;
}

/** The tensor with `f` done to every number. */
export function map(x, f) {
  return tensor(
    x.shape,
    x.data.map((value, i) => f(value, i)),
  );
}

/** Sum and product of equal shapes, or of a tensor and one that repeats along its front. */
export const add = (a, b) => map(a, (value, i) => value + b.data[i % b.data.length]);
export const multiply = (a, b) =>
  map(a, (value, i) => value * b.data[i % b.data.length]);

/** Matrix product of (n, k) and (k, m). */
export function matmul(a, b) {
  const [n, k] = a.shape;
  const m = b.shape[1];
  if (b.shape[0] !== k) throw new RangeError(`[${a.shape}] times [${b.shape}]`);
  const y = tensor([n, m]);
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < k; l++) {
      const left = a.data[i * k + l];
      for (let j = 0; j < m; j++) y.data[i * m + j] += left * b.data[l * m + j];
    }
  }
  return y;
}

/** Matrix (n, k) turned to (k, n). */
export function transpose({ shape: [n, k], data }) {
  return map(tensor([k, n]), (_, i) => data[(i % n) * k + Math.floor(i / n)]);
}

/** Row i along the first axis, a view. */
export function row({ shape, data }, i) {
  const rest = shape.slice(1);
  const length = size(rest);
  return tensor(rest, data.subarray(i * length, (i + 1) * length));
}

// --- functions of each number -------------------------------------------------------

export const relu = (x) => map(x, (v) => Math.max(v, 0));
export const logistic = (v) => 1 / (1 + Math.exp(-v));
export const sigmoid = (x) => map(x, logistic);
export const tanh = (x) => map(x, Math.tanh);

/** The error function to 1.2e-7 (Numerical Recipes, erfc by Chebyshev fitting). */
function erf(x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807,
    -1.13520398, 1.48851587, -0.82215223, 0.17087277,
  ];
  const sum = terms.reduceRight((rest, term) => term + t * rest, 0);
  const tail = t * Math.exp(-x * x + sum);
  return x >= 0 ? 1 - tail : tail - 1;
}

/** x times the normal distribution function, torch's default. */
export const gelu = (x) => map(x, (v) => 0.5 * v * (1 + erf(v / Math.SQRT2)));

function softmaxOf(values) {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = values.map((v) => (v === -Infinity ? 0 : Math.exp(v - top)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Softmax along the last axis of a tensor, or of a plain array. */
export function softmax(x) {
  if (!x.shape) return softmaxOf(x);
  const y = tensor(x.shape);
  const width = x.shape.at(-1);
  for (let i = 0; i < x.data.length; i += width) {
    y.data.set(softmaxOf(Float64Array.from(x.data.subarray(i, i + width))), i);
  }
  return y;
}

/** Index of the largest number. */
export function argmax({ data }) {
  return data.reduce((best, value, i) => (value > data[best] ? i : best), 0);
}
