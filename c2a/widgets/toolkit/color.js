// Colors of values, and the keys that explain them.
import { element, formatNumber } from "./figure.js";

/** Positive values are purple, negative ones orange (after ColorBrewer PuOr); zero is
 *  what lies behind, so that it is neutral on a light and on a dark page. */
const POSITIVE = [134, 98, 210];
const NEGATIVE = [226, 122, 16];

/** RGBA of a signed value; full color at |value| = scale, transparent at zero. */
export function signedColor(value, scale) {
  const strength = scale > 0 ? Math.min(Math.abs(value) / scale, 1) : 0;
  return [...(value < 0 ? NEGATIVE : POSITIVE), Math.round(255 * strength)];
}

/** Colors for `picture.draw`: value -> [r, g, b, a]. */
export const signed = (scale) => (value) => signedColor(value, scale);
export const gray = (value) => {
  const level = Math.round(255 * Math.min(Math.max(value, 0), 1));
  return [level, level, level, 255];
};
/** 0 is what lies behind, 1 is full color: attention, probabilities. */
export const heat = (value) => signedColor(Math.max(value, 0), 1);

/** A color as CSS takes it. */
export function css([r, g, b, a = 255]) {
  return `rgb(${r} ${g} ${b} / ${(a / 255).toFixed(3)})`;
}

/** CSS color that tints a cell by its sign and size, faint enough to read text on. */
export function tint(value, scale) {
  const [r, g, b, a] = signedColor(value, scale);
  return css([r, g, b, 0.45 * a]);
}

/** The largest magnitude, or 1 where all are zero. */
export function largest(values) {
  let found = 0;
  for (const value of values) found = Math.max(found, Math.abs(value));
  return found || 1;
}

/** A model family keeps its color through the book; as `c2a.figures.COLORS`. */
export const COLORS = {
  data: "#808080",
  accent: "#8b6fd6",
  linear: "#8f507f",
  mlp: "#c9761a",
  local: "#ef10ff",
  cnn: "#2f7fc1",
  lenet: "#7347dc",
  alexnet: "#299f8c",
  vgg: "#36746f",
  resnet: "#2c94ff",
  convnext: "#c12b16",
  ngram: "#59a22e",
  rnn: "#9181ff",
  gru: "#a14d26",
  lstm: "#636cc1",
  transformer: "#8f00ff",
  vit: "#d43385",
  autoencoder: "#2563c2",
  vae: "#e1350e",
  gan: "#5975ff",
  diffusion: "#139bcd",
};

function bar(low, high, kind) {
  const scale = element("span", { class: "c2a-key-bar", "data-kind": kind });
  return element("p", { class: "c2a-key" }, low, scale, high);
}

export const key = {
  signed: (scale, digits = 2) =>
    bar(
      `\u2264 ${formatNumber(-scale, digits)}`,
      `\u2265 ${formatNumber(scale, digits)}`,
      "signed",
    ),
  gray: (low, high) => bar(low, high, "gray"),
  heat: (low, high) => bar(low, high, "heat"),
  /** Colors with their meaning: [[color, text], ...]. */
  swatches(entries) {
    const items = entries.map(([color, text]) => {
      const swatch = element("span", { class: "c2a-swatch", "aria-hidden": "true" });
      swatch.style.background = color;
      return element("li", {}, swatch, text);
    });
    return element("ul", { class: "c2a-key" }, ...items);
  },
};
