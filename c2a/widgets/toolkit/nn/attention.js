// Attention: queries (T, d) look at keys (S, d) and take values (S, e).
import { dense } from "./dense.js";
import { map, matmul, softmax, tensor, transpose } from "./tensor.js";

/** softmax(q k' / sqrt(d)) v: { output (T, e), weights (T, S) }.
 *  `mask` (T, S) is 1 where a query may look, 0 where it may not. */
export function attention(q, k, v, { mask } = {}) {
  const scale = 1 / Math.sqrt(q.shape[1]);
  const scores = map(matmul(q, transpose(k)), (score, i) =>
    mask && !mask.data[i] ? -Infinity : score * scale,
  );
  const weights = softmax(scores);
  return { output: matmul(weights, v), weights };
}

/** Mask (n, n) under which nobody looks ahead. */
export function causalMask(n) {
  return map(tensor([n, n]), (_, i) => Number(i % n <= Math.floor(i / n)));
}

function columns({ shape: [rows, width], data }, from, to) {
  return map(
    tensor([rows, to - from]),
    (_, i) => data[Math.floor(i / (to - from)) * width + from + (i % (to - from))],
  );
}

/**
 * torch's MultiheadAttention for x (T, d) that looks at memory (S, d), itself for
 * self-attention: { output (T, d), weights (heads, T, S) }. Weights { in_proj_weight,
 * in_proj_bias, out_proj_weight, out_proj_bias }.
 */
export function multiHead(x, memory, w, heads, options = {}) {
  const width = x.shape[1];
  const third = (k) => ({
    weight: tensor(
      [width, width],
      w.in_proj_weight.data.slice(k * width ** 2, (k + 1) * width ** 2),
    ),
    bias: tensor([width], w.in_proj_bias.data.slice(k * width, (k + 1) * width)),
  });
  const [q, k, v] = [x, memory, memory].map((from, i) =>
    dense(from, third(i).weight, third(i).bias),
  );
  const each = width / heads;
  const joined = tensor([x.shape[0], width]);
  const weights = tensor([heads, x.shape[0], memory.shape[0]]);
  for (let head = 0; head < heads; head++) {
    const [from, to] = [head * each, (head + 1) * each];
    const seen = attention(
      columns(q, from, to),
      columns(k, from, to),
      columns(v, from, to),
      options,
    );
    weights.data.set(seen.weights.data, head * seen.weights.data.length);
    seen.output.data.forEach((value, i) => {
      joined.data[Math.floor(i / each) * width + from + (i % each)] = value;
    });
  }
  return { output: dense(joined, w.out_proj_weight, w.out_proj_bias), weights };
}

/** Positions as sines (even columns) and cosines (odd ones), (n, d).
 *  Source: Vaswani et al. (2017), section 3.5. */
export function sinusoids(n, d) {
  return map(tensor([n, d]), (_, i) => {
    const column = i % d;
    const angle = Math.floor(i / d) / 10000 ** ((column - (column % 2)) / d);
    return column % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}
