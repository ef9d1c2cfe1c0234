// The ring, noise upon it, and perfect answers: best guesses, velocities, walks.
import { generator, normal } from "../toolkit/nn/sampling.js";

const HEAPS = 8;
const RADIUS = 2;
const DEVIATION = 0.05;
const NONE = 1e-30; // a weight of nothing, whose logarithm is finite

/** The middle of a heap, [x, y]. */
export function center(heap) {
  const angle = (heap * 2 * Math.PI) / HEAPS;
  return [RADIUS * Math.cos(angle), RADIUS * Math.sin(angle)];
}

const CENTERS = Array.from({ length: HEAPS }, (_, heap) => center(heap));

/** Weights of the heaps: all alike, or those of the class alone, heaps 0 to 3. */
export const EQUAL = new Array(HEAPS).fill(1 / HEAPS);
export const CLASS = EQUAL.map((_, heap) => (heap < 4 ? 1 / 4 : NONE));

/** Where a noisy point a * clean + sigma * noise may have come from: { clean, shares }. */
export function bestGuess([x, y], a, sigma, weights = EQUAL) {
  const variance = (a * DEVIATION) ** 2 + sigma ** 2;
  const scores = CENTERS.map(
    ([cx, cy], heap) =>
      Math.log(weights[heap]) -
      ((x - a * cx) ** 2 + (y - a * cy) ** 2) / (2 * variance),
  );
  const largest = Math.max(...scores);
  const odds = scores.map((score) => Math.exp(score - largest));
  const total = odds.reduce((sum, each) => sum + each);
  const shares = odds.map((each) => each / total);
  const own = (a * DEVIATION ** 2) / variance;
  const clean = [x, y].map(
    (value, axis) =>
      own * value +
      (1 - a * own) *
        shares.reduce((sum, share, heap) => sum + share * CENTERS[heap][axis], 0),
  );
  return { clean, shares };
}

/** The guided velocity at time t of the straight line, from data (0) to noise (1). */
export function velocity(point, t, w) {
  const [any, own] = [EQUAL, CLASS].map((weights) => {
    const { clean } = bestGuess(point, 1 - t, t, weights);
    return point.map((value, axis) => (value - clean[axis]) / t);
  });
  return any.map((value, axis) => value + w * (own[axis] - value));
}

/** A point after each of `steps` steps from noise, the start first. */
export function walk(start, steps, w) {
  const places = [start];
  for (let i = 0; i < steps; i++) {
    const v = velocity(places[i], 1 - i / steps, w);
    places.push(places[i].map((value, axis) => value - v[axis] / steps));
  }
  return places;
}

/** Points that a seed repeats: { clean, noise }, `count` of each, around the heaps. */
export function drawn(count, seed = 1) {
  const random = generator(seed);
  const pair = () => [normal(random), normal(random)];
  const noise = Array.from({ length: count }, pair);
  const clean = Array.from({ length: count }, (_, n) => {
    const [dx, dy] = pair();
    const [cx, cy] = CENTERS[n % HEAPS];
    return [cx + DEVIATION * dx, cy + DEVIATION * dy];
  });
  return { clean, noise };
}

/** How many points lie on each heap, within three deviations. */
export function onHeaps(points) {
  const counts = new Array(HEAPS).fill(0);
  for (const [x, y] of points) {
    const heap = CENTERS.findIndex(
      ([cx, cy]) => Math.hypot(x - cx, y - cy) < 3 * DEVIATION,
    );
    if (heap >= 0) counts[heap]++;
  }
  return counts;
}
