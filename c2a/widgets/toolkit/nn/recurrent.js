// One step of torch's recurrent cells, with their gates.
// Weights { weight_ih, weight_hh, bias_ih, bias_hh }; x and h are vectors.
import { dense } from "./dense.js";
import { add, logistic, map, multiply, tanh, tensor } from "./tensor.js";

function halves(x, h, w) {
  return [dense(x, w.weight_ih, w.bias_ih), dense(h, w.weight_hh, w.bias_hh)];
}

/** Part `k` of a vector cut into equal parts of the size of the hidden state. */
function part(y, k, width) {
  return tensor([width], y.data.slice(k * width, (k + 1) * width));
}

const sigmoid = (x) => map(x, logistic);

/** tanh(W x + b + U h + b'): the next hidden state. */
export function rnnCell(x, h, w) {
  const [fromInput, fromState] = halves(x, h, w);
  return tanh(add(fromInput, fromState));
}

/** { h, r, z, n }: next state, reset gate, update gate, candidate. */
export function gruCell(x, h, w) {
  const width = h.data.length;
  const [fromInput, fromState] = halves(x, h, w);
  const [ri, zi, ni] = [0, 1, 2].map((k) => part(fromInput, k, width));
  const [rh, zh, nh] = [0, 1, 2].map((k) => part(fromState, k, width));
  const r = sigmoid(add(ri, rh));
  const z = sigmoid(add(zi, zh));
  const n = tanh(add(ni, multiply(r, nh)));
  const next = map(n, (v, i) => (1 - z.data[i]) * v + z.data[i] * h.data[i]);
  return { h: next, r, z, n };
}

/** { h, c, i, f, g, o }: next state and cell, input, forget, candidate, output gate. */
export function lstmCell(x, h, c, w) {
  const width = h.data.length;
  const sum = add(...halves(x, h, w));
  const [i, f, candidate, o] = [0, 1, 2, 3].map((k) => part(sum, k, width));
  const gates = { i: sigmoid(i), f: sigmoid(f), g: tanh(candidate), o: sigmoid(o) };
  const cell = add(multiply(gates.f, c), multiply(gates.i, gates.g));
  return { h: multiply(gates.o, tanh(cell)), c: cell, ...gates };
}
