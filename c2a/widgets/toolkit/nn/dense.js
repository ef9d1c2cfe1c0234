// Dense layers and embeddings; weights as torch keeps them.
import { map, size, tensor } from "./tensor.js";

/** x (..., in) times weight (out, in), plus bias (out): (..., out). */
export function dense(x, weight, bias) {
  const [out, inputs] = weight.shape;
  if (x.shape.at(-1) !== inputs) {
    throw new RangeError(`[${x.shape}] into a dense layer of [${weight.shape}]`);
  }
  const y = tensor([...x.shape.slice(0, -1), out]);
  const rows = size(x.shape) / inputs;
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < out; o++) {
      let sum = bias ? bias.data[o] : 0;
      for (let i = 0; i < inputs; i++) {
        sum += x.data[r * inputs + i] * weight.data[o * inputs + i];
      }
      y.data[r * out + o] = sum;
    }
  }
  return y;
}

/** Rows of weight (words, width) by their indices: (indices, width). */
export function embedding(indices, weight) {
  const width = weight.shape[1];
  return map(
    tensor([indices.length, width]),
    (_, i) => weight.data[indices[Math.floor(i / width)] * width + (i % width)],
  );
}
