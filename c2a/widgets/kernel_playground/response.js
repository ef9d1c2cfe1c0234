// What the kernel playground computes, and what it says about it.
import { signedColor } from "../toolkit/color.js";
import { formatNumber } from "../toolkit/figure.js";
import { conv2d } from "../toolkit/nn/conv.js";
import { tensor } from "../toolkit/nn/tensor.js";
import { sourceIndex } from "../toolkit/nn/windows.js";

/** The kernel rotated by 180 degrees: what tells convolution from cross-correlation. */
export function flip(rows) {
  return rows.map((row) => [...row].reverse()).reverse();
}

/** Sum of all weights. */
export function weightSum(rows) {
  return rows.flat().reduce((sum, weight) => sum + weight, 0);
}

/** Response to every pixel of an image { shape: [rows, cols], data }, as large as it. */
export function respond(image, kernel, divisor, mode) {
  const side = kernel.length;
  const x = tensor([1, ...image.shape], image.data);
  const weight = tensor([1, 1, side, side], Float64Array.from(kernel.flat()));
  const y = conv2d(x, weight, undefined, { padding: (side - 1) / 2, mode });
  return y.data.map((value) => value / divisor);
}

/** The gray of each pixel under the kernel at (row, col), { value, padded }. */
export function patch({ shape: [rows, cols], data }, side, row, col, mode) {
  const reach = (side - 1) / 2;
  return Array.from({ length: side * side }, (_, i) => {
    const [r, c] = [row + Math.floor(i / side) - reach, col + (i % side) - reach];
    const [fromRow, fromCol] = [sourceIndex(r, rows, mode), sourceIndex(c, cols, mode)];
    const value = fromRow < 0 || fromCol < 0 ? 0 : data[fromRow * cols + fromCol];
    return { value, padded: r < 0 || c < 0 || r >= rows || c >= cols };
  });
}

/** Kernel of another odd size with the same center: zeros around it, or cut off. */
export function resizeKernel(rows, side) {
  const shift = (rows.length - side) / 2;
  return Array.from({ length: side }, (_, u) =>
    Array.from({ length: side }, (_, v) => rows[u + shift]?.[v + shift] ?? 0),
  );
}

/** Rectangles [top, left, bottom, right, gray], shares of the height and width, painted
 *  one over the other. */
export function paintScene(rectangles, [rows, cols]) {
  const data = new Float64Array(rows * cols);
  for (const [top, left, bottom, right, gray] of rectangles) {
    for (let r = Math.round(top * rows); r < Math.round(bottom * rows); r++) {
      data.fill(
        gray,
        r * cols + Math.round(left * cols),
        r * cols + Math.round(right * cols),
      );
    }
  }
  return data;
}

/** Magnitude that 97 of 100 values do not exceed: the full color of the response. */
export function colorScale(values) {
  const sorted = Float64Array.from(values, Math.abs).sort();
  return sorted[Math.floor(0.97 * (sorted.length - 1))] || 1;
}

/** "picture" where the response keeps the brightness of the image, else "signed". */
export function displayMode(display, kernel, divisor) {
  if (display !== "auto") return display;
  return weightSum(kernel) / divisor > 1e-9 ? "picture" : "signed";
}

/** Color of a response: gray as in a photograph, or two hues. */
export function colorOf(mode, scale) {
  if (mode === "signed") return (value) => signedColor(value, scale);
  return (value) => [value, value, value, 255];
}

/** What the sum of the weights does to a flat area, in one or two sentences. */
export function explainSum(kernel, divisor) {
  const sum = weightSum(kernel);
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
  const [before, after] = [kernel.flat(), flip(kernel).flat()];
  if (after.every((weight, i) => weight === before[i])) {
    return "This kernel looks the same rotated by 180\u00b0: both give the same response.";
  }
  if (after.every((weight, i) => weight === -before[i])) {
    return "Rotating this kernel by 180\u00b0 changes every sign, so the response changes sign too.";
  }
  return "This kernel changes when rotated by 180\u00b0, and the response with it.";
}

/** How the values became colors, in one sentence. */
export function explainDisplay(mode, values) {
  if (mode === "signed") {
    return "Purple is positive, orange negative; full color is reached by 3 pixels in 100.";
  }
  const clipped = values.filter((value) => value < 0 || value > 255).length;
  const share = formatNumber((100 * clipped) / values.length, 1);
  return `Gray from 0 to 255; ${share} % of the pixels lie outside and are clipped.`;
}
