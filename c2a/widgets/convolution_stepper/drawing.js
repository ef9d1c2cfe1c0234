// The stepper's pictures: grids of numbers, the kernel's window, the formula.
import { span } from "../convolution.js";
import { element, formatNumber, tint } from "../figure.js";

const CELL = 40;

/**
 * A grid of n by n cells as SVG: { node, shapes, cells: [{ rect, text, x, y }] }, row by
 * row. Shapes lie below all texts, so that what is put after them hides no number.
 */
function cellGrid(n, name) {
  const side = n * CELL;
  const shapes = element("g");
  const texts = element("g");
  const node = element(
    "svg",
    { viewBox: `-2 -2 ${side + 4} ${side + 4}`, class: name, "aria-hidden": "true" },
    shapes,
    texts,
  );
  const cells = Array.from({ length: n * n }, (_, i) => {
    const x = (i % n) * CELL;
    const y = Math.floor(i / n) * CELL;
    const rect = element("rect", { x, y, width: CELL, height: CELL });
    const text = element("text", { x: x + CELL / 2, y: y + CELL / 2 });
    shapes.append(rect);
    texts.append(text);
    return { rect, text, x, y };
  });
  return { node, shapes, cells };
}

/** The input with its padding; unread rows and columns are crossed out. */
export function inputGrid(image, { size, padding }, unreadIndices) {
  const n = size + 2 * padding;
  const { node, shapes, cells } = cellGrid(n, "c2a-input");
  const largest = largestOf(image);
  cells.forEach(({ rect, text, x, y }, i) => {
    const row = Math.floor(i / n) - padding;
    const col = (i % n) - padding;
    const value = image[row]?.[col];
    text.textContent = formatNumber(value ?? 0);
    if (value === undefined) {
      rect.classList.add("c2a-pad");
      text.classList.add("c2a-pad");
      return;
    }
    rect.style.setProperty("--shade", (Math.abs(value) / largest).toFixed(2));
    if (unreadIndices.has(row) || unreadIndices.has(col)) {
      const line = `M${x + 4} ${y + CELL - 4}L${x + CELL - 4} ${y + 4}`;
      shapes.append(element("path", { d: line }));
    }
  });
  return { node, shapes };
}

/** The kernel's taps, to be laid over the input: { node, move(row, col) }. */
export function kernelWindow(kernel, { dilation, stride }) {
  const k = kernel.length;
  const node = element("g", { class: "c2a-window" });
  const side = span(k, dilation) * CELL;
  node.append(element("rect", { class: "c2a-reach", width: side, height: side }));
  kernel.flat().forEach((weight, i) => {
    const x = (i % k) * dilation * CELL;
    const y = Math.floor(i / k) * dilation * CELL;
    const rect = element("rect", {
      x: x + 1,
      y: y + 1,
      width: CELL - 2,
      height: CELL - 2,
    });
    const text = element(
      "text",
      { x: x + CELL - 4, y: y + CELL - 9 },
      formatNumber(weight),
    );
    rect.style.fill = tint(weight, largestOf(kernel));
    node.append(rect, text);
  });
  const move = (row, col) => {
    node.style.transform = `translate(${col * stride * CELL}px, ${row * stride * CELL}px)`;
  };
  return { node, move };
}

/** The kernel as a grid of its weights. */
export function kernelGrid(kernel) {
  const { node, cells } = cellGrid(kernel.length, "c2a-kernel");
  kernel.flat().forEach((weight, i) => {
    cells[i].text.textContent = formatNumber(weight);
    cells[i].rect.style.fill = tint(weight, largestOf(kernel));
  });
  return node;
}

function largestOf(rows) {
  return Math.max(...rows.flat().map(Math.abs)) || 1;
}

/** The output, filled up to a step: { node, show(step) }; `choose(step)` on a click. */
export function outputGrid(output, choose) {
  const { node, shapes, cells } = cellGrid(output.rows, "c2a-output");
  const largest = Math.max(...output.data.map(Math.abs)) || 1;
  cells.forEach(({ rect, text }, i) => {
    for (const part of [rect, text]) part.addEventListener("click", () => choose(i));
  });
  const show = (step) => {
    cells.forEach(({ rect, text }, i) => {
      const done = i <= step;
      text.textContent = done ? formatNumber(output.data[i]) : "\u00b7";
      rect.style.fill = done ? tint(output.data[i], largest) : "";
      rect.classList.toggle("c2a-now", i === step);
    });
    shapes.append(cells[step].rect); // on top, so that its frame is not covered
  };
  return { node, show };
}

/** The products of one output cell with the sum so far, laid out as the kernel is. */
export function termList(terms, k) {
  const list = element("ol", { class: "c2a-terms" });
  list.style.setProperty("--size", k);
  for (const { value, weight, padded, running } of terms) {
    const product = `${formatNumber(value)} \u00d7 ${formatNumber(weight)}`;
    const sum = element(
      "span",
      { class: "c2a-running" },
      `\u03a3 ${formatNumber(running)}`,
    );
    list.append(element("li", { class: padded ? "c2a-pad" : "" }, product, " ", sum));
  }
  return list;
}

const letter = (name) => element("var", { class: `c2a-${name}` }, name);

/** floor(top / bottom) + 1 as it is written by hand. */
function floored(top, bottom) {
  const fraction = element(
    "span",
    { class: "c2a-fraction" },
    element("span", {}, ...top),
    element("span", {}, bottom),
  );
  return [element("span", { class: "c2a-floor" }, fraction), " + 1"];
}

/** The output-size formula with the present numbers, down to its value. */
export function formula({ size, kernel_size, stride, padding, dilation }, value) {
  const number = (name, count) => element("b", { class: `c2a-${name}` }, String(count));
  const top = size + 2 * padding - span(kernel_size, dilation);
  const exact = formatNumber(top / stride);
  const part = (...children) => element("span", { class: "c2a-part" }, ...children);
  const symbols = [
    letter("n"),
    " + 2",
    letter("p"),
    " \u2212 ",
    letter("d"),
    "(",
    letter("k"),
    " \u2212 1) \u2212 1",
  ];
  const filled = [
    number("n", size),
    " + 2\u00b7",
    number("p", padding),
    " \u2212 ",
    number("d", dilation),
    "\u00b7(",
    number("k", kernel_size),
    " \u2212 1) \u2212 1",
  ];
  const spoken =
    `Output size: floor of (${size} plus 2 times ${padding} minus ${dilation} times ` +
    `(${kernel_size} minus 1) minus 1) divided by ${stride}, plus 1, is floor of ${exact}, ` +
    `plus 1, is ${value}.`;
  return element(
    "div",
    { class: "c2a-formula", role: "math", "aria-label": spoken },
    part(letter("n"), "′ = ", ...floored(symbols, letter("s"))),
    part(" = ", ...floored(filled, number("s", stride))),
    part(" = ", element("span", { class: "c2a-floor c2a-inline" }, exact), " + 1"),
    part(" = ", element("b", { class: "c2a-o" }, formatNumber(value))),
  );
}
