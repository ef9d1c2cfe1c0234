// The two readers of letters, with torch's names of their weights.
import { dense } from "../toolkit/nn/dense.js";
import { gruCell } from "../toolkit/nn/recurrent.js";
import { add, row, softmax, tensor } from "../toolkit/nn/tensor.js";

export const HEADS = 4; // in each of two layers

/** Rows of the embedding: (T, width). */
function embed(letters, weight) {
  const width = weight.shape[1];
  const x = tensor([letters.length, width]);
  letters.forEach((letter, i) => x.data.set(row(weight, letter).data, i * width));
  return x;
}

/** Columns `from` to `to` of a matrix. */
function columns({ shape: [rows, width], data }, from, to) {
  const part = tensor([rows, to - from]);
  for (let i = 0; i < rows; i++) {
    part.data.set(data.subarray(i * width + from, i * width + to), i * (to - from));
  }
  return part;
}

/**
 * One head's weights (T, T): softmax of the scores plus the bias of their distance,
 * over the letter itself and those before it.
 */
function lookingBack(q, k, bias) {
  const [length, width] = q.shape;
  const weights = tensor([length, length]);
  for (let i = 0; i < length; i++) {
    const scores = Array.from({ length: i + 1 }, (_, j) => {
      let product = 0;
      for (let c = 0; c < width; c++) {
        product += q.data[i * width + c] * k.data[j * width + c];
      }
      return product / Math.sqrt(width) + bias[Math.min(i - j, bias.length - 1)];
    });
    weights.data.set(softmax(scores), i * length);
  }
  return weights;
}

/** One layer: { output (T, width), maps: a (T, T) for each head }. */
function layer(x, w, prefix, off) {
  const linear = (name, z) =>
    dense(z, w[`${prefix}.${name}.weight`], w[`${prefix}.${name}.bias`]);
  const [q, k, v] = ["q", "k", "v"].map((name) => linear(name, x));
  const [length, width] = x.shape;
  const each = width / HEADS;
  const far = w[`${prefix}.bias`].shape[1];
  const found = tensor([length, width]);
  const maps = [];
  for (let head = 0; head < HEADS; head++) {
    const [qh, kh, vh] = [q, k, v].map((z) =>
      columns(z, head * each, (head + 1) * each),
    );
    const bias = w[`${prefix}.bias`].data.subarray(head * far, (head + 1) * far);
    const weights = lookingBack(qh, kh, bias);
    maps.push(weights);
    if (off.includes(head)) continue;
    for (let i = 0; i < length; i++) {
      for (let j = 0; j <= i; j++) {
        const share = weights.data[i * length + j];
        for (let c = 0; c < each; c++) {
          found.data[i * width + head * each + c] += share * vh.data[j * each + c];
        }
      }
    }
  }
  return { output: linear("out", found), maps };
}

/** Odds of each next letter (T, 27), and eight maps (T, T); heads in `off` say nothing. */
export function readAttending(letters, weights, off = []) {
  const w = named(weights, "attention.");
  let x = embed(letters, w["embed.weight"]);
  const maps = [];
  for (const number of [0, 1]) {
    const silent = off.map((head) => head - HEADS * number);
    const made = layer(x, w, `layers.${number}`, silent);
    maps.push(...made.maps);
    x = add(x, made.output);
  }
  return { odds: softmax(dense(x, w["out.weight"], w["out.bias"])), maps };
}

/** Odds of each next letter by the GRU: (T, 27). */
export function readRecurrent(letters, weights) {
  const w = named(weights, "GRU.");
  const part = (name) => w[`gru.${name}_l0`];
  const cell = {
    weight_ih: part("weight_ih"),
    weight_hh: part("weight_hh"),
    bias_ih: part("bias_ih"),
    bias_hh: part("bias_hh"),
  };
  let h = tensor([cell.weight_hh.shape[1]]);
  const odds = tensor([letters.length, w["out.weight"].shape[0]]);
  letters.forEach((letter, i) => {
    h = gruCell(row(w["embed.weight"], letter), h, cell).h;
    const next = softmax(dense(h, w["out.weight"], w["out.bias"]));
    odds.data.set(next.data, i * odds.shape[1]);
  });
  return odds;
}

function named(weights, start) {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}
