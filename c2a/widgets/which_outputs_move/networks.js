// The eight taggers of `stress-readers`: phones in, three logits for each out.
// A sequence is a list of vectors; `w` holds all weights by torch's names.
import { dense, embedding } from "../toolkit/nn/dense.js";
import { gruCell } from "../toolkit/nn/recurrent.js";
import { map, relu, row, tensor } from "../toolkit/nn/tensor.js";

const turned = (steps) => [...steps].reverse();

/** The states of torch's GRU whose weights are called `name`. */
function gru(steps, w, name) {
  const [weight_ih, weight_hh, bias_ih, bias_hh] = [
    "weight_ih",
    "weight_hh",
    "bias_ih",
    "bias_hh",
  ].map((part) => w[`${name}.${part}_l0`]);
  let h = tensor([weight_hh.shape[1]]);
  return steps.map((x) => {
    ({ h } = gruCell(x, h, { weight_ih, weight_hh, bias_ih, bias_hh }));
    return h;
  });
}

/** Answers for each step when `late` steps more have been read; then come zeros. */
function ahead(steps, w, name, late = 0) {
  const filling = Array.from({ length: late }, () => tensor(steps[0].shape));
  return gru([...steps, ...filling], w, `${name}.gru`).slice(late);
}

function bothWays(steps, w, name) {
  const forward = gru(steps, w, `${name}.ahead`);
  const backward = turned(gru(turned(steps), w, `${name}.back`));
  return forward.map(({ data }, t) => {
    const joined = [...data, ...backward[t].data];
    return tensor([joined.length], Float64Array.from(joined));
  });
}

/** Convolution along the steps and ReLU; outside are zeros. */
function convolution(steps, w, name, causal) {
  const weight = w[`${name}.weight`];
  const [out, channels, k] = weight.shape;
  const left = causal ? k - 1 : (k - 1) / 2;
  return steps.map((_, t) => {
    const y = map(tensor([out]), (_, o) => {
      let sum = w[`${name}.bias`].data[o];
      for (let u = 0; u < k; u++) {
        const x = steps[t - left + u];
        for (let c = 0; x && c < channels; c++) {
          sum += weight.data[(o * channels + c) * k + u] * x.data[c];
        }
      }
      return sum;
    });
    return relu(y);
  });
}

function convolutions(steps, w, name, causal) {
  const first = convolution(steps, w, `${name}.layers.0`, causal);
  return convolution(first, w, `${name}.layers.1`, causal);
}

/** Each unit less its mean over the steps, over its standard deviation. */
function overTime(steps) {
  const mean = (value) =>
    steps.reduce((sum, step) => sum + value(step), 0) / steps.length;
  const middle = map(steps[0], (_, i) => mean(({ data }) => data[i]));
  const spread = map(steps[0], (_, i) =>
    Math.sqrt(mean(({ data }) => (data[i] - middle.data[i]) ** 2) + 1e-5),
  );
  return steps.map((step) =>
    map(step, (value, i) => (value - middle.data[i]) / spread.data[i]),
  );
}

const BODIES = {
  ahead: (x, w, name) => ahead(x, w, name),
  late: (x, w, name) => ahead(x, w, name, 2),
  back: (x, w, name) => turned(gru(turned(x), w, `${name}.gru`)),
  both: bothWays,
  deep: (x, w, name) =>
    bothWays(bothWays(x, w, `${name}.bodies.0`), w, `${name}.bodies.1`),
  window: (x, w, name) => convolutions(x, w, name, false),
  causal: (x, w, name) => convolutions(x, w, name, true),
  normalized: (x, w, name) => overTime(ahead(x, w, `${name}.body`)),
};

/** Logits of the marks 0, 1, 2, a vector for each phone (numbers from 1 on). */
export function logits(network, phones, w) {
  const vectors = embedding(phones, w[`${network}.embed.weight`]);
  const steps = phones.map((_, t) => row(vectors, t));
  return BODIES[network](steps, w, `${network}.body`).map((state) =>
    dense(state, w[`${network}.out.weight`], w[`${network}.out.bias`]),
  );
}

/** How far each output moves from one row of phones to another: its largest logit. */
export function moves(network, before, after, w) {
  const [old, fresh] = [before, after].map((phones) => logits(network, phones, w));
  return old.map(({ data }, t) =>
    data.reduce((most, z, k) => Math.max(most, Math.abs(fresh[t].data[k] - z)), 0),
  );
}
