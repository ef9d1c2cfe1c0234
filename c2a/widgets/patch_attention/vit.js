// A vision transformer's parts, with the names of chapter 14's weights.
import { multiHead } from "../toolkit/nn/attention.js";
import { dense } from "../toolkit/nn/dense.js";
import { layerNorm } from "../toolkit/nn/norm.js";
import { add, gelu, tensor } from "../toolkit/nn/tensor.js";

/** Arrays one below the other: (a, d) and (b, d) to (a + b, d); vectors end to end. */
export function stacked(...parts) {
  const data = parts.flatMap((part) => Array.from(part.data));
  const width = parts[0].shape.at(-1);
  const shape =
    parts[0].shape.length > 1 ? [data.length / width, width] : [data.length];
  return tensor(shape, Float64Array.from(data));
}

/** Attention, then the dense pair, each added to what was there; `name` as in torch:
 *  { output (T, d), weights (heads, T, T) }. */
export function block(x, w, name, heads) {
  const layer = (y, part) =>
    dense(y, w[`${name}.${part}.weight`], w[`${name}.${part}.bias`]);
  const norm = (y, part) =>
    layerNorm(y, w[`${name}.${part}.weight`], w[`${name}.${part}.bias`]);
  const three = (kind) =>
    stacked(
      ...["q", "k", "v"].map((letter) => w[`${name}.attention.${letter}.${kind}`]),
    );
  const y = norm(x, "norm1");
  const seen = multiHead(
    y,
    y,
    {
      in_proj_weight: three("weight"),
      in_proj_bias: three("bias"),
      out_proj_weight: w[`${name}.attention.out.weight`],
      out_proj_bias: w[`${name}.attention.out.bias`],
    },
    heads,
  );
  const between = add(seen.output, x);
  const pair = layer(gelu(layer(norm(between, "norm2"), "mlp.0")), "mlp.2");
  return { output: add(pair, between), weights: seen.weights };
}

/** Maps (d, h, w) as tokens (h w, d), row by row. */
export function tokensOf({ shape: [width, h, w], data }) {
  const tokens = tensor([h * w, width]);
  data.forEach((value, i) => {
    tokens.data[(i % (h * w)) * width + Math.floor(i / (h * w))] = value;
  });
  return tokens;
}
