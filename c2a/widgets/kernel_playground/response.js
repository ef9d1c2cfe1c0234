// What the kernel playground computes: the response, its colors, its explanations.
import { correlate2d, flip, fromRows, toRows } from "../convolution.js";
import { formatNumber, signedColor } from "../figure.js";

/** Weights that are applied: as written, or rotated by 180 degrees for convolution. */
export function appliedKernel(rows, operation) {
  const kernel = fromRows(rows);
  return operation === "convolution" ? flip(kernel) : kernel;
}

/** Sum of all weights. */
export function weightSum(rows) {
  return rows.flat().reduce((sum, weight) => sum + weight, 0);
}

/** Name of the preset that has these weights and this divisor, or "custom". */
export function presetName(presets, kernel, divisor) {
  const same = (preset) =>
    preset.divisor === divisor && preset.kernel.join() === kernel.join();
  return presets.find(same)?.name ?? "custom";
}

/** Response to every pixel, as large as the image. */
export function respond(image, kernel, divisor, mode) {
  const y = correlate2d(image, kernel, { padding: (kernel.rows - 1) / 2, mode });
  for (let i = 0; i < y.data.length; i++) y.data[i] /= divisor;
  return y;
}

/** Kernel of another odd size with the same center: zeros around it, or cut off. */
export function resizeKernel(rows, size) {
  const shift = (rows.length - size) / 2;
  return Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => rows[r + shift]?.[c + shift] ?? 0),
  );
}

/** Magnitude that 97 of 100 values do not exceed: the full color of the response. */
export function colorScale(values) {
  const sorted = Float64Array.from(values, Math.abs).sort();
  return sorted[Math.floor(0.97 * (sorted.length - 1))] || 1;
}

/** "picture" where the response keeps the brightness of the image, else "signed". */
export function displayMode(display, kernel, divisor) {
  if (display !== "auto") return display;
  return weightSum(toRows(kernel)) / divisor > 1e-9 ? "picture" : "signed";
}

/** What the sum of the weights does to a flat area, in one or two sentences. */
export function explainSum(kernel, divisor) {
  const sum = weightSum(toRows(kernel));
  const gain = sum / divisor;
  if (Math.abs(gain) < 1e-9) {
    return "The weights sum to 0: a flat area gives 0, only differences remain.";
  }
  const shown = formatNumber(sum);
  const divided = `, divided by ${formatNumber(divisor)} to ${formatNumber(gain)}`;
  const scaled = `The weights sum to ${shown}${divisor === 1 ? "" : divided}`;
  if (Math.abs(gain - 1) < 1e-9) return `${scaled}: a flat area keeps its brightness.`;
  return `${scaled}: a flat area becomes ${formatNumber(gain)} times as bright.`;
}

/** What rotating the kernel changes, in one sentence. */
export function explainFlip(kernel) {
  const rotated = flip(kernel).data;
  if (rotated.every((weight, i) => weight === kernel.data[i])) {
    return "This kernel looks the same rotated by 180\u00b0: both give the same response.";
  }
  if (rotated.every((weight, i) => weight === -kernel.data[i])) {
    return "Rotating this kernel by 180\u00b0 changes every sign, so the response changes sign too.";
  }
  return "This kernel changes when rotated by 180\u00b0, and the response with it.";
}

/** What each order adds up; m and n count from the kernel's center. */
export const EXPLAIN_ORDER = {
  correlation: "Adds w[m, n] \u00b7 x[r + m, c + n].",
  convolution: "Adds w[m, n] \u00b7 x[r \u2212 m, c \u2212 n].",
};

/** What the border of the response sees. */
export const EXPLAIN_PADDING = {
  zero: "Outside is black, so the border looks like an edge.",
  reflect: "Outside is the mirror image, border pixel not repeated.",
  replicate: "Outside repeats the border pixel.",
};

/** How the values became colors, in one sentence. */
export function explainDisplay(mode, values) {
  if (mode === "signed") {
    return "Purple is positive, orange negative; full color is reached by 3 pixels in 100.";
  }
  const clipped = values.filter((value) => value < 0 || value > 255).length;
  const share = formatNumber((100 * clipped) / values.length, 1);
  return `Gray from 0 to 255; ${share} % of the pixels lie outside and are clipped.`;
}

/** RGBA bytes of a grid: gray for a picture, two hues for signed values. */
export function paint(values, mode, scale) {
  const rgba = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => {
    rgba.set(
      mode === "picture" ? [value, value, value, 255] : signedColor(value, scale),
      4 * i,
    );
  });
  return rgba;
}

/** Cursor after a key: arrows one pixel (ten with Shift), Home and End to the corners. */
export function moveCursor([row, column], key, step, rows, cols) {
  const moves = {
    ArrowUp: [row - step, column],
    ArrowDown: [row + step, column],
    ArrowLeft: [row, column - step],
    ArrowRight: [row, column + step],
    Home: [0, 0],
    End: [rows - 1, cols - 1],
  };
  if (!(key in moves)) return null;
  const [r, c] = moves[key];
  return [Math.min(Math.max(r, 0), rows - 1), Math.min(Math.max(c, 0), cols - 1)];
}
