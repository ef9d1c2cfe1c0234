// The speller of chapter 12: letters in, sounds out, by torch's names of the weights.
import { attention } from "../toolkit/nn/attention.js";
import { dense, embedding } from "../toolkit/nn/dense.js";
import { gruCell } from "../toolkit/nn/recurrent.js";
import { argmax, row, softmax, tensor } from "../toolkit/nn/tensor.js";

const START = 1;
const END = 2;
const MOST = 20; // sounds of a word

/** The weights of a GRU's cell; `end` is "_reverse" for the direction that reads back. */
function cell(w, name, end = "") {
  const part = (kind) => w[`${name}.${kind}_l0${end}`];
  return {
    weight_ih: part("weight_ih"),
    weight_hh: part("weight_hh"),
    bias_ih: part("bias_ih"),
    bias_hh: part("bias_hh"),
  };
}

/** All states of a GRU over steps (T, d), each a vector. */
function run(steps, weights) {
  let h = tensor([weights.weight_hh.shape[1]]);
  return steps.map((x) => {
    ({ h } = gruCell(x, h, weights));
    return h;
  });
}

const joined = (...vectors) => {
  const numbers = vectors.flatMap(({ data }) => [...data]);
  return tensor([numbers.length], Float64Array.from(numbers));
};

/** Vectors of one width as the rows of a matrix. */
const stacked = (vectors) =>
  tensor([vectors.length, vectors[0].data.length], joined(...vectors).data);

/** The encoder's states (S, d) of a word, and its context (d,). */
export function read(word, w) {
  const letters = [...word].map((letter) => letter.charCodeAt(0) - 96);
  const vectors = embedding(letters, w["encoder.embed.weight"]);
  const steps = letters.map((_, i) => row(vectors, i));
  const ahead = run(steps, cell(w, "encoder.gru"));
  const back = run([...steps].reverse(), cell(w, "encoder.gru", "_reverse")).reverse();
  return {
    states: stacked(ahead.map((state, i) => joined(state, back[i]))),
    context: joined(ahead.at(-1), back[0]),
  };
}

/** Attention weights (S,) of a query (d,), and the odds of all tokens; the state of the
 *  letter `blocked` is out of sight, unless it is the only one. */
export function look(query, states, w, blocked = -1) {
  const S = states.shape[0];
  const mask = tensor([1, S]);
  for (let i = 0; i < S; i++) mask.data[i] = Number(i !== blocked || S === 1);
  const q = tensor([1, query.data.length], query.data);
  const { output, weights } = attention(q, states, states, { mask });
  const both = joined(query, row(output, 0));
  const logits = dense(both, w["decoder.out.weight"], w["decoder.out.bias"]);
  return { weights: row(weights, 0), odds: softmax(logits) };
}

/** Greedy decoding: tokens without END, the query of each, and the encoder's states. */
export function write(word, w) {
  const { states, context } = read(word, w);
  const decoder = cell(w, "decoder.gru");
  const tokens = [];
  const queries = [];
  let h = context;
  let token = START;
  while (tokens.length < MOST) {
    ({ h } = gruCell(row(w["decoder.embed.weight"], token), h, decoder));
    token = argmax(look(h, states, w).odds);
    if (token <= END) break;
    tokens.push(token);
    queries.push(h);
  }
  return { tokens, queries, states };
}
