// What the convolution stepper computes and says about its settings.
// Settings are { size, kernel_size, stride, padding, dilation }, equal on both axes.
import { outputSize, span, taps, unread } from "../toolkit/nn/windows.js";

/** Trait, letter in the formula, name, smallest and largest value. */
export const PARAMETERS = [
  ["size", "n", "input", 1, 10],
  ["kernel_size", "k", "kernel", 1, 5],
  ["stride", "s", "stride", 1, 4],
  ["padding", "p", "padding", 0, 3],
  ["dilation", "d", "dilation", 1, 3],
];

/** A dark left half and a bright right half with some texture: digits 1 to 9. */
export function defaultImage(n) {
  const digit = (r, c) => (2 * c >= n ? 6 : 1) + ((2 * r + 3 * c) % 4);
  return Array.from({ length: n }, (_, r) =>
    Array.from({ length: n }, (_, c) => digit(r, c)),
  );
}

/** Right minus left: a kernel that answers to vertical edges. */
export function defaultKernel(k) {
  const row = Array.from({ length: k }, (_, v) => Math.sign(2 * v - (k - 1)));
  return Array.from({ length: k }, () => (k === 1 ? [1] : row));
}

/** floor((n + 2p - d (k - 1) - 1) / s) + 1, zero or less where nothing fits. */
export function formulaValue({ size, kernel_size, stride, padding, dilation }) {
  return outputSize(size, kernel_size, stride, padding, dilation);
}

/** Side of the output; 0 where the kernel does not fit. */
export function outputSide(settings) {
  return Math.max(formulaValue(settings), 0);
}

/**
 * The products of one output cell, in reading order: { value, weight, padded, running },
 * running the sum so far.
 */
export function arithmetic(image, kernel, [row, col], { stride, padding, dilation }) {
  const k = kernel.length;
  const [rows, cols] = [row, col].map((o) => taps(o, k, stride, padding, dilation));
  let running = 0;
  return rows.flatMap((r, u) =>
    cols.map((c, v) => {
      const value = image[r]?.[c];
      const weight = kernel[u][v];
      running += (value ?? 0) * weight;
      return { value: value ?? 0, weight, padded: value === undefined, running };
    }),
  );
}

/** Input rows, which are also the columns, that no output cell reads. */
export function skipped({ size, kernel_size, stride, padding, dilation }) {
  return unread(size, kernel_size, stride, padding, dilation);
}

/** Why these settings give no output, in words; empty where they do. */
export function problem(settings) {
  const { size, kernel_size, padding, dilation } = settings;
  const reach = span(kernel_size, dilation);
  const padded = size + 2 * padding;
  if (reach <= padded) return "";
  const missing = reach - padded;
  const spans = dilation > 1 ? ` (d(k \u2212 1) + 1)` : "";
  return (
    `The kernel does not fit: it spans ${reach} cells along each side${spans}, but ` +
    `${padding ? "the padded input" : "the input"} has only ${padded}. ` +
    `${missing} more ${missing === 1 ? "is" : "are"} needed: enlarge the input or the ` +
    `padding, or take a smaller kernel${dilation > 1 ? " or dilation" : ""}.`
  );
}

function listed(indices) {
  const names = indices.length > 1 ? "rows and columns" : "row and column";
  return `${names} ${indices.join(", ")}`;
}

/** What is worth noticing about settings that fit, a sentence each. */
export function remarks(settings) {
  const { size, kernel_size, stride, padding, dilation } = settings;
  const said = [];
  const reach = span(kernel_size, dilation);
  const left = (size + 2 * padding - reach) % stride;
  const { between, beyond } = skipped(settings);
  if (left > 0) {
    const lost = beyond.length
      ? `${listed(beyond)} of the input are never read (crossed out)`
      : "only padding is left out";
    const more = stride - left === 1 ? "1 cell" : `${stride - left} cells`;
    said.push(
      `The floor drops a part step: ${lost}. One more step would need ${more} more.`,
    );
  }
  if (between.length) {
    said.push(
      `The taps step over ${listed(between)}, which are never read (crossed out).`,
    );
  }
  if (dilation > 1 && kernel_size > 1) {
    said.push(`Dilated, ${kernel_size} taps span ${reach} cells.`);
  }
  if (padding >= reach) {
    said.push("The outermost output cells see nothing but padding.");
  }
  if (outputSide(settings) === size) {
    said.push("The output is as large as the input (\u201csame\u201d).");
  }
  return said;
}
