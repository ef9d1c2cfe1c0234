// Normalization, as in torch.
import { map, size, tensor } from "./tensor.js";

/** Each row along the last axis to mean 0 and variance 1, then weight and bias. */
export function layerNorm(x, weight, bias, eps = 1e-5) {
  const width = x.shape.at(-1);
  const y = tensor(x.shape);
  for (let from = 0; from < x.data.length; from += width) {
    const values = x.data.subarray(from, from + width);
    const mean = values.reduce((a, b) => a + b, 0) / width;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    values.forEach((value, i) => {
      const unit = (value - mean) / Math.sqrt(variance + eps);
      y.data[from + i] = unit * weight.data[i] + bias.data[i];
    });
  }
  return y;
}

/** Batch norm of x (C, ...) when not training: by the running statistics. */
export function batchNorm(x, { weight, bias, running_mean, running_var }, eps = 1e-5) {
  const each = size(x.shape.slice(1));
  return map(x, (value, i) => {
    const c = Math.floor(i / each);
    const unit = (value - running_mean.data[c]) / Math.sqrt(running_var.data[c] + eps);
    return unit * weight.data[c] + bias.data[c];
  });
}
