// Horizontal bars with their names and numbers.
import { element, formatNumber } from "./figure.js";

/**
 * { node, show(bars, { low, high }) }, bars { label, value, color?, marked?, text? }.
 * The scale runs from 0, or from the lowest value where one is negative, to the largest
 * value (at least 1), unless given.
 */
export function barChart({ label }) {
  const node = element("ul", { class: "c2a-bars", "aria-label": label });
  const show = (bars, { low, high } = {}) => {
    const values = bars.map(({ value }) => value);
    const from = low ?? Math.min(0, ...values);
    const to = high ?? Math.max(1, ...values);
    const share = (value) => (100 * (value - from)) / (to - from);
    const items = bars.map(({ label: name, value, color, marked, text }) => {
      const fill = element("span", { class: "c2a-bar-fill" });
      const [start, end] = [share(Math.min(value, 0)), share(Math.max(value, 0))];
      fill.style.left = `${start}%`;
      fill.style.width = `${Math.max(end - start, 0)}%`;
      if (color) fill.style.background = color;
      const track = element("span", { class: "c2a-bar", "aria-hidden": "true" }, fill);
      const number = element("span", { class: "c2a-bar-value" });
      number.textContent = text ?? formatNumber(value);
      const item = element("li", {}, element("span", {}, name), track, number);
      item.classList.toggle("c2a-marked", Boolean(marked));
      return item;
    });
    node.replaceChildren(...items);
  };
  return { node, show };
}
