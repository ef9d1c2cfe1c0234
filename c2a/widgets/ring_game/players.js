// Two dense networks that play on the ring of eight modes, with their gradients.
import { generator, normal } from "../toolkit/nn/sampling.js";

export const BATCH = 64;
const MODES = 8;
const RADIUS = 2;
const DEVIATION = 0.05;
const EPSILON = 1e-8;

/** Dense layers: weights as (in, out) row by row; `slope` of the ReLU below zero. */
export function network(widths, slope, random) {
  const layers = widths.slice(1).map((outputs, n) => {
    const inputs = widths[n];
    const bound = 1 / Math.sqrt(inputs);
    const w = new Float64Array(inputs * outputs).map(() => bound * (2 * random() - 1));
    return { inputs, outputs, w, b: new Float64Array(outputs) };
  });
  return { layers, slope };
}

/** x (count, inputs) times w, plus b where there is one. */
function affine(x, count, { inputs, outputs, w }, b) {
  const y = new Float64Array(count * outputs);
  for (let n = 0; n < count; n++) {
    const to = n * outputs;
    if (b) y.set(b, to);
    for (let i = 0; i < inputs; i++) {
      const value = x[n * inputs + i];
      for (let o = 0; o < outputs; o++) y[to + o] += value * w[i * outputs + o];
    }
  }
  return y;
}

/** g (count, outputs) times w transposed: from the outputs of a layer to its inputs. */
function back(g, count, { inputs, outputs, w }) {
  const x = new Float64Array(count * inputs);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let o = 0; o < outputs; o++) sum += g[n * outputs + o] * w[i * outputs + o];
      x[n * inputs + i] = sum;
    }
  }
  return x;
}

/** Sum over the count of x (count, inputs) times g (count, outputs), added to `into`. */
function outer(x, g, count, { inputs, outputs }, into) {
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < inputs; i++) {
      const value = x[n * inputs + i];
      for (let o = 0; o < outputs; o++)
        into[i * outputs + o] += value * g[n * outputs + o];
    }
  }
}

/** Inputs of every layer, the output, and the slope of every ReLU. */
export function forward(net, x) {
  const count = x.length / net.layers[0].inputs;
  const inputs = [];
  const slopes = [];
  let value = x;
  net.layers.forEach((layer, n) => {
    inputs.push(value);
    value = affine(value, count, layer, layer.b);
    if (n === net.layers.length - 1) return;
    const slope = value.map((v) => (v > 0 ? 1 : net.slope));
    value = value.map((v, k) => v * slope[k]);
    slopes.push(slope);
  });
  return { count, inputs, slopes, output: value };
}

const zeros = (net) =>
  net.layers.map(({ w, b }) => ({
    w: new Float64Array(w.length),
    b: new Float64Array(b.length),
  }));

/** Gradients of a net, added to `into`, and of its input, from that of its output. */
export function backward(net, pass, gradient, into) {
  let g = gradient;
  for (let n = net.layers.length - 1; n >= 0; n--) {
    const layer = net.layers[n];
    if (into) {
      outer(pass.inputs[n], g, pass.count, layer, into[n].w);
      g.forEach((v, k) => (into[n].b[k % layer.outputs] += v));
    }
    g = back(g, pass.count, layer);
    if (n) g = g.map((v, k) => v * pass.slopes[n - 1][k]);
  }
  return g;
}

/**
 * Adds the gradient of gamma / 2 times the mean squared slope of a net with one output.
 * The ReLUs' slopes do not change with the weights, so the slope of the net is a product
 * of matrices, and its gradient runs once more through the same product.
 */
function penalize(net, pass, gamma, into) {
  const { count, slopes } = pass;
  const at = [];
  let g = new Float64Array(count).fill(1);
  for (let n = net.layers.length - 1; n >= 0; n--) {
    at[n] = g;
    g = back(g, count, net.layers[n]);
    if (n) g = g.map((v, k) => v * slopes[n - 1][k]);
  }
  let e = g.map((v) => (gamma * v) / count);
  net.layers.forEach((layer, n) => {
    outer(e, at[n], count, layer, into[n].w);
    if (n === net.layers.length - 1) return;
    e = affine(e, count, layer, null).map((v, k) => v * slopes[n][k]);
  });
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** Gradients of the discriminator's loss; gamma: the weight of R1, 0 for none. */
export function criticGradients(critic, real, fake, gamma) {
  const into = zeros(critic);
  const [onReal, onFake] = [forward(critic, real), forward(critic, fake)];
  const share = (v, pass) => v / pass.count;
  const upReal = onReal.output.map((v) => share(-sigmoid(-v), onReal));
  const upFake = onFake.output.map((v) => share(sigmoid(v), onFake));
  backward(critic, onReal, upReal, into);
  backward(critic, onFake, upFake, into);
  if (gamma) penalize(critic, onReal, gamma, into);
  return into;
}

/** Gradients of the generator's non-saturating loss. */
export function generatorGradients(generatorNet, critic, noise) {
  const into = zeros(generatorNet);
  const made = forward(generatorNet, noise);
  const judged = forward(critic, made.output);
  const up = judged.output.map((v) => -sigmoid(-v) / judged.count);
  backward(generatorNet, made, backward(critic, judged, up, null), into);
  return into;
}

/** One step of Adam; `moments` is { t: 0, layers: [] } before the first. */
export function adam(net, gradients, moments, { rate, beta }) {
  moments.t += 1;
  const [first, second] = [1 - beta ** moments.t, 1 - 0.999 ** moments.t];
  net.layers.forEach((layer, n) => {
    for (const name of ["w", "b"]) {
      const g = gradients[n][name];
      moments.layers[n] ??= {};
      moments.layers[n][name] ??= {
        m: new Float64Array(g.length),
        v: new Float64Array(g.length),
      };
      const { m, v } = moments.layers[n][name];
      for (let k = 0; k < g.length; k++) {
        m[k] = beta * m[k] + (1 - beta) * g[k];
        v[k] = 0.999 * v[k] + 0.001 * g[k] * g[k];
        layer[name][k] -=
          (rate * (m[k] / first)) / (Math.sqrt(v[k] / second) + EPSILON);
      }
    }
  });
}

/** Center of a mode. */
export function center(mode) {
  const angle = (2 * Math.PI * mode) / MODES;
  return [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)];
}

const noiseOf = (count, random) =>
  new Float64Array(2 * count).map(() => normal(random));

/** Points of the ring, x and y in turn. */
export function ring(count, random) {
  const points = new Float64Array(2 * count);
  for (let n = 0; n < count; n++) {
    const place = center(Math.floor(MODES * random()));
    points.set(
      place.map((at) => at + DEVIATION * normal(random)),
      2 * n,
    );
  }
  return points;
}

/** How many modes hold a fortieth of the points or more. */
export function modesCovered(points) {
  const count = points.length / 2;
  const held = new Array(MODES).fill(0);
  for (let n = 0; n < count; n++) {
    for (let mode = 0; mode < MODES; mode++) {
      const [x, y] = center(mode);
      const away = Math.hypot(points[2 * n] - x, points[2 * n + 1] - y);
      if (away < 3 * DEVIATION) held[mode] += 1;
    }
  }
  return held.filter((found) => found >= count / 40).length;
}

/** A game on the ring, before its first step. */
export function newGame(seed) {
  const random = generator(seed);
  return {
    random,
    generator: network([2, 64, 64, 2], 0, random),
    critic: network([2, 64, 64, 1], 0.2, random),
    moments: { generator: { t: 0, layers: [] }, critic: { t: 0, layers: [] } },
    probe: noiseOf(400, random),
    step: 0,
  };
}

/** The discriminator's move, then the generator's. */
export function play(game, { rate, beta, gamma }) {
  const { random, critic } = game;
  const fake = forward(game.generator, noiseOf(BATCH, random)).output;
  const forCritic = criticGradients(critic, ring(BATCH, random), fake, gamma);
  adam(critic, forCritic, game.moments.critic, { rate, beta });
  const noise = noiseOf(BATCH, random);
  const forGenerator = generatorGradients(game.generator, critic, noise);
  adam(game.generator, forGenerator, game.moments.generator, { rate, beta });
  game.step += 1;
}

/** The same points of noise each time, as the generator places them now. */
export const samples = (game) => forward(game.generator, game.probe).output;

/** How real the discriminator finds points, 0 to 1. */
export const verdicts = (game, points) =>
  forward(game.critic, points).output.map(sigmoid);
