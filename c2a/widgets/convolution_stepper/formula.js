// The output-size formula as it is written by hand, with the present numbers.
import { element, formatNumber } from "../toolkit/figure.js";
import { span } from "../toolkit/nn/windows.js";

const letter = (name) => element("var", { "data-letter": name }, name);
const number = (name, value) =>
  element("b", { "data-letter": name }, formatNumber(value));
const part = (...children) => element("span", { class: "c2a-part" }, ...children);

/** The floor of a fraction plus 1. */
function floored(top, bottom) {
  const above = element("span", {}, ...top);
  const below = element("span", {}, bottom);
  const fraction = element("span", { class: "c2a-fraction" }, above, below);
  return [element("span", { class: "c2a-floor" }, fraction), " + 1"];
}

/** n + 2p - d (k - 1) - 1, of letters or of numbers. */
function room(sign, n, p, d, k) {
  return [n, ` + 2${sign}`, p, " \u2212 ", d, `${sign}(`, k, " \u2212 1) \u2212 1"];
}

/** The formula for these settings, down to its value. */
export function formula({ size, kernel_size, stride, padding, dilation }, value) {
  const exact = formatNumber(
    (size + 2 * padding - span(kernel_size, dilation)) / stride,
  );
  const symbols = room("", ...["n", "p", "d", "k"].map(letter));
  const filled = room(
    "\u00b7",
    number("n", size),
    number("p", padding),
    number("d", dilation),
    number("k", kernel_size),
  );
  const spoken =
    `Output size: floor of (${size} plus 2 times ${padding} minus ${dilation} times ` +
    `(${kernel_size} minus 1) minus 1) divided by ${stride}, plus 1, is floor of ${exact}, ` +
    `plus 1, is ${value}.`;
  return element(
    "div",
    { class: "c2a-formula", role: "math", "aria-label": spoken },
    part(letter("n"), "\u2032 = ", ...floored(symbols, letter("s"))),
    part(" = ", ...floored(filled, number("s", stride))),
    part(" = ", element("span", { class: "c2a-floor" }, exact), " + 1"),
    part(" = ", element("b", {}, formatNumber(value))),
  );
}
