// Grids of cells: shown, framed, walked by keyboard, or edited.
import { fits } from "./controls.js";
import { element, formatNumber } from "./figure.js";
import { largest, tint } from "./color.js";

const CELL = 40;

/** Row and column after a key, or null for another key. */
export function moved([row, col], key, rows, cols, step = 1) {
  const moves = {
    ArrowUp: [row - step, col],
    ArrowDown: [row + step, col],
    ArrowLeft: [row, col - step],
    ArrowRight: [row, col + step],
    Home: [0, 0],
    End: [rows - 1, cols - 1],
  };
  if (!(key in moves)) return null;
  const [r, c] = moves[key];
  return [Math.min(Math.max(r, 0), rows - 1), Math.min(Math.max(c, 0), cols - 1)];
}

/** A cell's number and tint, for `show`. */
export function numberCell(value, scale, digits = 2) {
  return { text: formatNumber(value, digits), fill: tint(value, scale) };
}

/**
 * A grid of cells as SVG: { node, show(cells, { current }), frame(name, place), frames,
 * resize(rows, cols) }.
 *
 * `cells(row, col)` gives a number or { text, fill, ink, dim, dashed, crossed, label }.
 * With `choose(row, col)` it is a keyboard grid: one tab stop, arrows choose. Without a
 * label it is hidden from screen readers: say the same in words elsewhere.
 * Frames lie above the cells and below all texts.
 */
export function cellGrid({ label, rows, cols, choose, rowLabels, colLabels }) {
  const shapes = element("g");
  const crosses = element("g", { class: "c2a-crosses" });
  const frames = element("g", { class: "c2a-frames" });
  const texts = element("g", { class: "c2a-texts", "aria-hidden": "true" });
  const role = choose ? "grid" : "img";
  const heard = label ? { role, "aria-label": label } : { "aria-hidden": "true" };
  const node = element("svg", { class: "c2a-grid", ...heard });
  node.append(shapes, crosses, frames, texts);
  const framed = new Map();
  let size = [0, 0];
  let cells = [];
  let at = [0, 0];

  const make = (r, c) => {
    const [x, y] = [c * CELL, r * CELL];
    const rect = element("rect", { x, y, width: CELL, height: CELL });
    const text = element("text", { x: x + CELL / 2, y: y + CELL / 2 });
    texts.append(text);
    if (choose) {
      rect.setAttribute("role", "gridcell");
      rect.addEventListener("click", () => go(r, c));
    }
    return { rect, text };
  };

  const resize = (newRows, newCols) => {
    if (newRows === size[0] && newCols === size[1]) return;
    size = [newRows, newCols];
    const [width, height] = [newCols * CELL, newRows * CELL];
    const left = rowLabels ? 2 + 9 * Math.max(...rowLabels.map((t) => t.length)) : 0;
    const top = colLabels ? 24 : 0;
    const box = [-2 - left, -2 - top, width + 4 + left, height + 4 + top];
    node.setAttribute("viewBox", box.join(" "));
    node.style.maxWidth = `${(box[2] / CELL) * 2.4}rem`;
    texts.replaceChildren();
    cells = [];
    const lines = Array.from({ length: newRows }, (_, r) => {
      const made = Array.from({ length: newCols }, (_, c) => make(r, c));
      cells.push(made);
      const line = element("g", choose ? { role: "row" } : {});
      line.append(...made.map(({ rect }) => rect));
      return line;
    });
    shapes.replaceChildren(...lines);
    (rowLabels ?? []).forEach((text, r) => {
      const place = { x: -8, y: (r + 0.5) * CELL, class: "c2a-row-label" };
      texts.append(element("text", place, text));
    });
    (colLabels ?? []).forEach((text, c) => {
      const place = { x: (c + 0.5) * CELL, y: -14, class: "c2a-col-label" };
      texts.append(element("text", place, text));
    });
    if (choose) rove();
  };

  const rove = () => {
    at = [Math.min(at[0], size[0] - 1), Math.min(at[1], size[1] - 1)];
    cells.forEach((line, r) =>
      line.forEach(({ rect }, c) => {
        const here = r === at[0] && c === at[1];
        rect.setAttribute("tabindex", here ? "0" : "-1");
        rect.setAttribute("aria-selected", String(here));
      }),
    );
  };

  const go = (r, c) => {
    at = [r, c];
    rove();
    cells[r][c].rect.focus();
    choose(r, c);
  };

  if (choose) {
    node.addEventListener("keydown", (event) => {
      const next = moved(at, event.key, ...size);
      if (!next) return;
      event.preventDefault();
      go(...next);
    });
  }

  const cross = (r, c) => {
    const [x, y] = [c * CELL, r * CELL];
    const line = `M${x + 4} ${y + CELL - 4}L${x + CELL - 4} ${y + 4}`;
    crosses.append(element("path", { d: line }));
  };

  const show = (describe, { current } = {}) => {
    crosses.replaceChildren();
    cells.forEach((line, r) =>
      line.forEach(({ rect, text }, c) => {
        const given = describe(r, c);
        const cell = typeof given === "number" ? { text: formatNumber(given) } : given;
        text.textContent = cell.text ?? "";
        text.classList.toggle("c2a-dim", Boolean(cell.dim));
        // Four digits and more are written smaller, so that they stay in their cell.
        const length = text.textContent.length;
        text.style.fontSize = length > 3 ? `${Math.max(52 / length, 8)}px` : "";
        text.style.fill = cell.ink ?? "";
        rect.style.fill = cell.fill ?? "";
        rect.classList.toggle("c2a-dashed", Boolean(cell.dashed));
        if (cell.crossed) cross(r, c);
        if (choose) {
          const words = cell.label ?? `row ${r}, column ${c}: ${cell.text ?? ""}`;
          rect.setAttribute("aria-label", words);
        }
      }),
    );
    if (current) {
      at = current;
      if (choose) rove();
    }
    frame("current", current && { row: current[0], col: current[1] });
  };

  /** A window over the grid, gliding to its place; without a place it goes. */
  const frame = (name, place) => {
    if (!framed.has(name)) {
      const made = element("rect", { class: `c2a-frame c2a-frame-${name}` });
      framed.set(name, made);
      frames.append(made);
    }
    const window = framed.get(name);
    window.style.display = place ? "" : "none";
    if (!place) return;
    window.setAttribute("width", (place.cols ?? 1) * CELL);
    window.setAttribute("height", (place.rows ?? 1) * CELL);
    window.style.transform = `translate(${place.col * CELL}px, ${place.row * CELL}px)`;
  };

  resize(rows, cols);
  return { node, show, frame, frames, resize, cell: CELL };
}

/**
 * A matrix of numbers to edit: { node, show(rows) }; `edit(row, col, value)` on input.
 * An entry that is no number is told in words.
 */
export function numberGrid(state, { label, cellLabel, edit }) {
  const node = element("div", {
    class: "c2a-number-grid",
    role: "group",
    "aria-label": label,
  });
  const make = (r, c) => {
    const input = element("input", {
      type: "number",
      step: "any",
      "aria-label": cellLabel(r, c),
    });
    input.addEventListener("input", () => {
      const valid = fits(input.valueAsNumber, { step: 0.1 });
      input.setAttribute("aria-invalid", String(!valid));
      if (valid) edit(r, c, input.valueAsNumber);
      else state.say(`${cellLabel(r, c)} is not a number.`);
    });
    input.addEventListener("focus", () => input.select());
    return input;
  };
  const show = (rows) => {
    const [height, width] = [rows.length, rows[0].length];
    if (node.childElementCount !== height * width) {
      node.style.setProperty("--columns", width);
      const inputs = rows.map((line, r) => line.map((_, c) => make(r, c)));
      node.replaceChildren(...inputs.flat());
    }
    const scale = largest(rows.flat());
    rows.flat().forEach((value, i) => {
      const input = node.children[i];
      // Rewriting the field being typed in would eat "1." on its way to "1.5".
      if (input.valueAsNumber !== value) input.value = String(value);
      input.removeAttribute("aria-invalid");
      input.style.background = tint(value, scale);
    });
  };
  return { node, show };
}

/** A grid of colors with names of rows and columns: attention, confusion, gates. */
export function heatMap({ label, rowLabels, colLabels, choose }) {
  const [rows, cols] = [rowLabels.length, colLabels.length];
  const grid = cellGrid({ label, rows, cols, choose, rowLabels, colLabels });
  const show = (values, { color, current } = {}) => {
    const scale = largest(values.flat());
    const fill = color ?? ((value) => tint(value, scale));
    grid.show(
      (r, c) => ({
        fill: fill(values[r][c]),
        label: `${rowLabels[r]}, ${colLabels[c]}: ${formatNumber(values[r][c])}`,
      }),
      { current },
    );
  };
  return { ...grid, show };
}
