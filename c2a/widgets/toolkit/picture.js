// Pictures made of pixels: shown, pointed at, chosen, drawn.
import { button } from "./controls.js";
import { element } from "./figure.js";
import { moved } from "./grid.js";

/** RGBA bytes of values; `color(value)` gives [r, g, b, a]. */
export function paint(values, color) {
  const rgba = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i++) rgba.set(color(values[i]), 4 * i);
  return rgba;
}

function canvasOf(rows, cols) {
  const canvas = element("canvas", {
    width: cols,
    height: rows,
    "aria-hidden": "true",
  });
  const context = canvas.getContext("2d");
  const draw = (values, color) => {
    context.putImageData(new ImageData(paint(values, color), cols, rows), 0, 0);
  };
  return { canvas, draw };
}

/** Row and column of the pixel under a pointer. */
function locate(event, node, rows, cols) {
  const box = node.getBoundingClientRect();
  const inside = (share, size) =>
    Math.min(Math.max(Math.floor(share * size), 0), size - 1);
  return [
    inside((event.clientY - box.top) / box.height, rows),
    inside((event.clientX - box.left) / box.width, cols),
  ];
}

/**
 * A picture of rows by cols values: { node, draw(values, color), mark(row, col, size) }.
 * With `move(row, col)`, a press or the arrow keys (with Shift ten pixels) move a
 * cursor that stands where `mark` was last called; `hover(row, col)`, if given, follows
 * a mouse that is not pressed, and is called without arguments when it leaves.
 */
export function picture({ label, rows, cols, move, hover }) {
  const { canvas, draw } = canvasOf(rows, cols);
  const marker = element("span", {
    class: "c2a-marker",
    "aria-hidden": "true",
    hidden: "",
  });
  const heard = move
    ? { role: "application", tabindex: 0 }
    : { role: "img", tabindex: undefined };
  const attributes = { class: "c2a-picture", "aria-label": label, ...heard };
  const node = element("div", attributes, canvas, marker);
  let at = [0, 0];
  const mark = (row, col, size = 1) => {
    at = [row, col];
    marker.hidden = false;
    marker.style.left = `${(100 * (col + 0.5)) / cols}%`;
    marker.style.top = `${(100 * (row + 0.5)) / rows}%`;
    marker.style.width = `${(100 * size) / cols}%`;
  };
  if (move) {
    const press = (event) => move(...locate(event, node, rows, cols));
    node.addEventListener("pointerdown", press);
    node.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || event.buttons) press(event);
      else hover?.(...locate(event, node, rows, cols));
    });
    if (hover) node.addEventListener("pointerleave", () => hover());
    node.addEventListener("keydown", (event) => {
      const next = moved(at, event.key, rows, cols, event.shiftKey ? 10 : 1);
      if (!next) return;
      event.preventDefault();
      move(...next);
    });
  }
  return { node, draw, mark };
}

/**
 * Small pictures of which one is chosen; the trait holds its number.
 * `images` are { rows, cols, values, label }.
 */
export function thumbnails(state, trait, { label, images, color, after }) {
  const name = `c2a-thumbnails-${Math.random().toString(36).slice(2)}`;
  const legend = element("legend", {}, label);
  const node = element("fieldset", { class: "c2a-choices c2a-thumbnails" }, legend);
  const inputs = images.map((image, i) => {
    const { canvas, draw } = canvasOf(image.rows, image.cols);
    draw(image.values, color);
    const input = element("input", { type: "radio", name, "aria-label": image.label });
    input.addEventListener("change", () => {
      state.set({ [trait]: i });
      after?.(i);
    });
    node.append(element("label", {}, input, element("span", {}, canvas)));
    return input;
  });
  state.onDraw(() => {
    inputs.forEach((input, i) => (input.checked = i === state.get(trait)));
  });
  return { node };
}

/** How strongly a round brush of this radius covers pixels near its middle. */
function brush(values, [row, col], rows, cols, radius) {
  const reach = Math.ceil(radius);
  for (let r = row - reach; r <= row + reach; r++) {
    for (let c = col - reach; c <= col + reach; c++) {
      if (r < 0 || c < 0 || r >= rows || c >= cols) continue;
      const ink = radius + 0.5 - Math.hypot(r - row, c - col);
      const i = r * cols + c;
      values[i] = Math.max(values[i], Math.min(Math.max(ink, 0), 1));
    }
  }
}

/**
 * A pad to draw on; the trait holds rows times cols numbers from 0 (bare) to 1 (ink).
 * By keyboard: arrows move the pen, Space draws, Backspace wipes a pixel.
 */
export function drawingPad(state, trait, { label, rows, cols, color, radius = 1 }) {
  let at = [Math.floor(rows / 2), Math.floor(cols / 2)];
  const draw = () => {
    const values = [...state.get(trait)];
    brush(values, at, rows, cols, radius);
    state.set({ [trait]: values });
  };
  const board = picture({
    label: `${label}. Arrow keys move the pen, Space draws, Backspace wipes.`,
    rows,
    cols,
    move(row, col) {
      at = [row, col];
      state.redraw();
    },
  });
  board.node.classList.add("c2a-pad-board");
  const ink = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    at = locate(event, board.node, rows, cols);
    draw();
  };
  board.node.addEventListener("pointerdown", ink);
  board.node.addEventListener("pointermove", ink);
  board.node.addEventListener("keydown", (event) => {
    if (event.key === " ") draw();
    else if (event.key === "Backspace") {
      const values = [...state.get(trait)];
      values[at[0] * cols + at[1]] = 0;
      state.set({ [trait]: values });
    } else return;
    event.preventDefault();
  });
  const clear = button("Clear", () => {
    state.set({ [trait]: new Array(rows * cols).fill(0) });
    state.say("The pad is empty.");
  });
  state.onDraw(() => {
    board.draw(state.get(trait), color);
    board.mark(...at);
  });
  return { node: element("div", { class: "c2a-pad" }, board.node, clear.node) };
}
