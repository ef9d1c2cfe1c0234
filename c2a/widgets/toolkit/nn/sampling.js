// Drawing at random, repeatably.
import { softmax } from "./tensor.js";

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number from the standard normal distribution (Box and Muller). */
export function normal(random) {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/**
 * Probabilities of logits at a temperature, of the `topK` largest only, and of the
 * fewest that together reach `topP`; the rest 0. Temperature 0 takes the largest.
 */
export function distribution(logits, { temperature = 1, topK, topP } = {}) {
  const order = Array.from(logits, (_, i) => i).sort((a, b) => logits[b] - logits[a]);
  if (temperature === 0) return Array.from(logits, (_, i) => Number(i === order[0]));
  const kept = order.slice(0, topK ?? order.length);
  const first = softmax(kept.map((i) => logits[i] / temperature));
  let last = kept.length;
  if (topP !== undefined) {
    let sum = 0;
    last = first.findIndex((p) => (sum += p) >= topP) + 1 || kept.length;
  }
  const total = first.slice(0, last).reduce((a, b) => a + b, 0);
  const result = new Array(logits.length).fill(0);
  for (let i = 0; i < last; i++) result[kept[i]] = first[i] / total;
  return result;
}

/** An index drawn with these probabilities. */
export function draw(probabilities, random) {
  let left = random();
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i];
    if (left < 0) return i;
  }
  return probabilities.findLastIndex((p) => p > 0);
}
