// The transformer of chapter 13b, one token at a time, with a cache of keys and values.
import { dense } from "../toolkit/nn/dense.js";
import { layerNorm } from "../toolkit/nn/norm.js";
import { add, gelu, row, softmax, tensor } from "../toolkit/nn/tensor.js";

const BLOCKS = 4;
const HEADS = 5;
const CONTEXT = 256;

/** Where what the network reads begins: it drops 128 letters when it is full. */
export function windowStart(length) {
  return length <= CONTEXT ? 0 : Math.ceil((length - CONTEXT) / 128) * 128;
}

/** What one query takes from all keys and values kept so far, head by head. */
function look(q, keys, values) {
  const each = q.length / HEADS;
  const found = new Float64Array(q.length);
  for (let from = 0; from < q.length; from += each) {
    const scores = keys.map((k) => {
      let sum = 0;
      for (let i = from; i < from + each; i++) sum += q[i] * k[i];
      return sum / Math.sqrt(each);
    });
    softmax(scores).forEach((share, j) => {
      for (let i = from; i < from + each; i++) found[i] += share * values[j][i];
    });
  }
  return found;
}

/** A reader that has read nothing: the tokens, and keys and values for each block. */
export function freshReader() {
  const caches = Array.from({ length: BLOCKS }, () => ({ keys: [], values: [] }));
  return { tokens: [], caches, logits: null };
}

/** Read one more token; the reader then holds the logits (64,) of the next one. */
function readOne(reader, token, w) {
  const layer = (name, x) => dense(x, w[`${name}.weight`], w[`${name}.bias`]);
  const norm = (name, x) => layerNorm(x, w[`${name}.weight`], w[`${name}.bias`]);
  const place = reader.tokens.length;
  const sum = add(row(w["token.weight"], token), row(w["position.weight"], place));
  let x = tensor([1, sum.data.length], Float64Array.from(sum.data));
  reader.caches.forEach(({ keys, values }, b) => {
    const at = `blocks.${b}`;
    const n = norm(`${at}.norm1`, x);
    keys.push(layer(`${at}.attention.k`, n).data);
    values.push(layer(`${at}.attention.v`, n).data);
    const found = look(layer(`${at}.attention.q`, n).data, keys, values);
    x = add(x, layer(`${at}.attention.out`, tensor(x.shape, found)));
    const hidden = gelu(layer(`${at}.mlp.0`, norm(`${at}.norm2`, x)));
    x = add(x, layer(`${at}.mlp.2`, hidden));
  });
  reader.tokens.push(token);
  reader.logits = Array.from(layer("head", norm("norm", x)).data);
}

/**
 * The reader after all tokens (at most 256): itself, if it has read their beginning;
 * else a fresh one.
 */
export function readTo(reader, tokens, w) {
  const known = reader.tokens.every((token, i) => token === tokens[i]);
  const now = known ? reader : freshReader();
  tokens.slice(now.tokens.length).forEach((token) => readOne(now, token, w));
  return now;
}

/** Logits (64,) of the letter after a text of tokens of any length. */
export function logitsAfter(tokens, w) {
  return readTo(freshReader(), tokens.slice(windowStart(tokens.length)), w).logits;
}
