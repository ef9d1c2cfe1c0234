// Kernel playground: edit a kernel over a photograph and see the response.
import { arithmetic, grid, toRows } from "../convolution.js";
import {
  announcer,
  assign,
  choices,
  element,
  formatNumber,
  onChange,
  tint,
} from "../figure.js";
import {
  EXPLAIN_PADDING,
  appliedKernel,
  colorScale,
  displayMode,
  explainFlip,
  explainSum,
  moveCursor,
  paint,
  presetName,
  resizeKernel,
  respond,
  weightSum,
} from "./response.js";

const RESPONSE_TRAITS = [
  "kernel", "divisor", "operation", "padding", "display", "preset",
];
const CURSOR_TRAITS = ["row", "column"];
const OPERATOR = { correlation: "\u22c6", convolution: "\u2217" };

/** A picture with a marker, the size of the image: { node, draw(rgba), mark(row, column, size) }. */
function picture(rows, cols, attributes) {
  const canvas = element("canvas", { width: cols, height: rows, "aria-hidden": "true" });
  const marker = element("span", { class: "c2a-marker", "aria-hidden": "true" });
  const node = element("div", { class: "c2a-picture", ...attributes }, canvas, marker);
  const context = canvas.getContext("2d");
  const draw = (rgba) => context.putImageData(new ImageData(rgba, cols, rows), 0, 0);
  const mark = (row, column, size) => {
    marker.style.left = `${(100 * (column + 0.5)) / cols}%`;
    marker.style.top = `${(100 * (row + 0.5)) / rows}%`;
    marker.style.width = `${(100 * size) / cols}%`;
  };
  return { node, draw, mark };
}

/** A square table of numbers: { node, show(cells) } with cells { text, color, ink, padded }. */
function numberTable(caption) {
  const body = element("tbody");
  const node = element("table", { class: "c2a-numbers" }, element("caption", {}, caption), body);
  const show = (cells) => {
    const size = Math.sqrt(cells.length);
    if (body.children.length !== size) {
      const row = () => element("tr", {}, ...Array.from({ length: size }, () => element("td")));
      body.replaceChildren(...Array.from({ length: size }, row));
    }
    body.querySelectorAll("td").forEach((td, i) => {
      const { text, color, ink, padded } = cells[i];
      td.textContent = text;
      td.style.background = color;
      td.style.color = ink ?? "";
      td.classList.toggle("c2a-padded", Boolean(padded));
    });
  };
  return { node, show };
}

/** The kernel as editable numbers: { node, show(kernel) }; `edit(index, value)` on input. */
function kernelEditor(edit) {
  const caption = element("div", { class: "c2a-caption-line" });
  const cells = element("div", { class: "c2a-weights" });
  const node = element("div", { role: "group", "aria-label": "Kernel weights" }, caption, cells);
  const build = (size) => {
    cells.style.setProperty("--size", size);
    const inputs = Array.from({ length: size * size }, (_, i) => {
      const label = `Weight in row ${Math.floor(i / size) + 1}, column ${(i % size) + 1}`;
      const input = element("input", { type: "number", step: "any", "aria-label": label });
      input.addEventListener("input", () => {
        const valid = Number.isFinite(input.valueAsNumber);
        input.setAttribute("aria-invalid", String(!valid));
        if (valid) edit(i, input.valueAsNumber);
      });
      input.addEventListener("focus", () => input.select());
      return input;
    });
    cells.replaceChildren(...inputs);
  };
  const show = (kernel, rotated) => {
    if (cells.children.length !== kernel.data.length) build(kernel.rows);
    const scale = Math.max(...kernel.data.map(Math.abs)) || 1;
    caption.textContent = rotated ? "kernel, rotated 180\u00b0" : "kernel";
    [...cells.children].forEach((input, i) => {
      // Rewriting the field being typed in would eat "1." on its way to "1.5".
      if (input.valueAsNumber !== kernel.data[i]) input.value = String(kernel.data[i]);
      input.removeAttribute("aria-invalid");
      input.style.background = tint(kernel.data[i], scale);
    });
  };
  return { node, cells, show };
}

/** All elements of the figure; `actions` say what the controls do. */
function build(model, actions) {
  const rows = model.get("height");
  const cols = model.get("width");
  const presets = element("div", { class: "c2a-presets", role: "group", "aria-label": "Kernel presets" });
  for (const { name, title } of model.get("presets")) {
    const button = element("button", { type: "button", "data-preset": name }, title);
    button.addEventListener("click", () => actions.preset(name));
    presets.append(button);
  }
  const view = {
    presets,
    photo: picture(rows, cols, {
      role: "application",
      tabindex: "0",
      "aria-label": "Photograph. Arrow keys move the cursor, with Shift by ten pixels.",
    }),
    response: picture(rows, cols, { role: "img", "aria-label": "Response of the kernel" }),
    operator: element("span", { class: "c2a-operator", "aria-hidden": "true" }),
    photoValue: element("span", { class: "c2a-value" }),
    responseValue: element("span", { class: "c2a-value" }),
    credit: element("p", { class: "c2a-credit" }, model.get("credit")),
    key: element("p", { class: "c2a-key" }),
    patch: numberTable("patch"),
    kernel: kernelEditor(actions.weight),
    products: numberTable("products"),
    result: element("p", { class: "c2a-result" }),
    size: choices("Size", [["3", "3 \u00d7 3"], ["5", "5 \u00d7 5"]], actions.size),
    display: choices(
      "Show response as",
      [["auto", "auto"], ["picture", "picture"], ["signed", "signed"]],
      (value) => assign(model, { display: value }),
    ),
    operation: choices(
      "Order",
      [["correlation", "cross-correlation"], ["convolution", "convolution"]],
      (value) => assign(model, { operation: value }),
    ),
    padding: choices(
      "Padding",
      [["zero", "zero"], ["reflect", "reflect"], ["replicate", "replicate"]],
      (value) => assign(model, { padding: value }),
    ),
    divisor: element("input", { type: "number", step: "any", "aria-label": "Divisor" }),
    normalize: element("button", { type: "button" }, "divide by the sum"),
    sumNote: element("p"),
    flipNote: element("p"),
    padNote: element("p"),
    status: announcer(),
  };
  view.divisor.addEventListener("input", () => actions.divisor(view.divisor));
  view.normalize.addEventListener("click", actions.normalize);
  return view;
}

/** The elements in their places. */
function layout(view) {
  const symbol = (text) => element("span", { class: "c2a-symbol", "aria-hidden": "true" }, text);
  const label = (text, value) => element("p", { class: "c2a-label" }, text, value);
  const scale = element(
    "fieldset",
    { class: "c2a-choices" },
    element("legend", {}, "Scale"),
    element("label", { class: "c2a-divisor" }, "\u00f7 ", view.divisor),
    view.normalize,
  );
  return element(
    "div",
    { class: "c2a-live c2a-playground", role: "group", "aria-label": "Kernel playground" },
    element("div", { class: "c2a-bar" }, view.presets, view.size.node),
    element(
      "div",
      { class: "c2a-pictures" },
      element("div", {}, view.photo.node, label("photograph", view.photoValue), view.credit),
      view.operator,
      element("div", {}, view.response.node, label("response", view.responseValue), view.key),
    ),
    element(
      "div",
      { class: "c2a-equation" },
      view.patch.node, symbol("\u00d7"), view.kernel.node, symbol("="), view.products.node,
      view.result,
    ),
    element(
      "div",
      { class: "c2a-settings" },
      element("div", {}, scale, view.sumNote),
      element("div", {}, view.operation.node, view.flipNote),
      element("div", {}, view.padding.node, view.padNote),
      element("div", {}, view.display.node),
    ),
    view.status.node,
  );
}

/** Cell of the patch: the gray it has in the photograph, with text that reads on it. */
function patchCell({ value, padded }) {
  const gray = Math.round(value);
  return {
    text: formatNumber(value, 0),
    color: `rgb(${gray} ${gray} ${gray})`,
    ink: gray < 118 ? "#fff" : "#000",
    padded,
  };
}

/** The figure's behavior: state from the model, controls, drawing. */
class Playground {
  constructor(model) {
    this.model = model;
    const bytes = model.get("image");
    const pixels = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.image = grid(model.get("height"), model.get("width"), Float64Array.from(pixels));
    this.view = build(model, this);
    this.node = layout(this.view);
    this.preview = null;
    this.point(this.view.photo.node);
    this.point(this.view.response.node);
    this.view.photo.node.addEventListener("keydown", (event) => this.key(event));
    this.drawResponse();
  }

  get cursor() {
    return this.preview ?? [this.model.get("row"), this.model.get("column")];
  }

  // --- controls ---------------------------------------------------------------

  preset(name) {
    const { kernel, divisor, title } = this.model
      .get("presets")
      .find((preset) => preset.name === name);
    assign(this.model, { kernel, divisor, preset: name });
    this.view.status.say(`${title}. ${explainSum(appliedKernel(kernel), divisor)}`);
  }

  weight(index, value) {
    const applied = appliedKernel(this.model.get("kernel"), this.model.get("operation"));
    applied.data[index] = value;
    const kernel = appliedKernel(toRows(applied), this.model.get("operation"));
    this.setKernel(toRows(kernel), this.model.get("divisor"));
  }

  size(value) {
    const kernel = resizeKernel(this.model.get("kernel"), Number(value));
    this.setKernel(kernel, this.model.get("divisor"));
  }

  divisor(input) {
    const valid = Number.isFinite(input.valueAsNumber) && input.valueAsNumber !== 0;
    input.setAttribute("aria-invalid", String(!valid));
    if (valid) this.setKernel(this.model.get("kernel"), input.valueAsNumber);
  }

  normalize() {
    const kernel = this.model.get("kernel");
    this.setKernel(kernel, weightSum(kernel));
  }

  setKernel(kernel, divisor) {
    const preset = presetName(this.model.get("presets"), kernel, divisor);
    assign(this.model, { kernel, divisor, preset });
  }

  point(node) {
    const locate = (event) => {
      const box = node.getBoundingClientRect();
      const inside = (share, size) =>
        Math.min(Math.max(Math.floor(share * size), 0), size - 1);
      return [
        inside((event.clientY - box.top) / box.height, this.image.rows),
        inside((event.clientX - box.left) / box.width, this.image.cols),
      ];
    };
    const hold = (event) => {
      const [row, column] = locate(event);
      this.preview = null;
      assign(this.model, { row, column });
    };
    node.addEventListener("pointerdown", hold);
    node.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || event.buttons) return hold(event);
      this.preview = locate(event);
      this.drawCursor();
    });
    node.addEventListener("pointerleave", () => {
      this.preview = null;
      this.drawCursor();
    });
  }

  key(event) {
    const { rows, cols } = this.image;
    const next = moveCursor(this.cursor, event.key, event.shiftKey ? 10 : 1, rows, cols);
    if (!next) return;
    event.preventDefault();
    this.preview = null;
    const [row, column] = next;
    assign(this.model, { row, column });
    const { photo, response } = this.valuesAt(row, column);
    this.view.status.say(
      `Row ${row}, column ${column}: photograph ${photo}, response ${response}.`,
    );
  }

  // --- drawing ----------------------------------------------------------------

  drawResponse() {
    const { model, view } = this;
    const mode = model.get("padding");
    const operation = model.get("operation");
    const divisor = model.get("divisor");
    this.kernel = appliedKernel(model.get("kernel"), operation);
    this.response = respond(this.image, this.kernel, divisor, mode);
    const display = displayMode(model.get("display"), this.kernel, divisor);
    const scale = colorScale(this.response.data);
    view.photo.draw(paint(this.image.data, "picture"));
    view.response.draw(paint(this.response.data, display, scale));
    view.response.node.dataset.display = display;
    this.drawKey(display, scale);

    view.operator.textContent = OPERATOR[operation];
    view.kernel.show(this.kernel, operation === "convolution");
    view.size.show(String(this.kernel.rows));
    view.display.show(model.get("display"));
    view.operation.show(operation);
    view.padding.show(mode);
    const name = model.get("presets").find(({ name }) => name === model.get("preset"));
    view.response.node.setAttribute(
      "aria-label",
      `Response of the kernel${name ? ` ${name.title}` : ""}`,
    );
    view.normalize.disabled = Math.abs(weightSum(model.get("kernel"))) < 1e-9;
    if (view.divisor.valueAsNumber !== divisor) view.divisor.value = String(divisor);
    view.sumNote.textContent = explainSum(this.kernel, divisor);
    view.flipNote.textContent = explainFlip(this.kernel);
    view.padNote.textContent = EXPLAIN_PADDING[mode];
    for (const button of view.presets.children) {
      const pressed = button.dataset.preset === model.get("preset");
      button.setAttribute("aria-pressed", String(pressed));
    }
    this.drawCursor();
  }

  drawKey(display, scale) {
    const bar = element("span", { class: "c2a-key-bar", "data-display": display });
    const ends =
      display === "picture"
        ? ["\u2264 0", "\u2265 255"]
        : [`\u2264 ${formatNumber(-scale, 0)}`, `\u2265 ${formatNumber(scale, 0)}`];
    this.view.key.replaceChildren(ends[0], bar, ends[1]);
  }

  drawCursor() {
    const { view, kernel } = this;
    const [row, column] = this.cursor;
    const terms = this.terms(row, column);
    const largest = Math.max(...terms.map(({ product }) => Math.abs(product))) || 1;
    const { photo, response } = this.valuesAt(row, column);
    view.photo.mark(row, column, kernel.rows);
    view.response.mark(row, column, 1);
    view.photoValue.textContent = `row ${row}, column ${column}: ${photo}`;
    view.responseValue.textContent = response;
    view.patch.show(terms.map(patchCell));
    view.products.show(
      terms.map(({ product }) => ({
        text: formatNumber(product, Number.isInteger(product) ? 0 : 1),
        color: tint(product, largest),
      })),
    );
    const divisor = this.model.get("divisor");
    const sum = formatNumber(terms.at(-1).running);
    view.result.replaceChildren(
      element("span", {}, "sum ", element("b", {}, sum)),
      element("span", {}, ` \u00f7 ${formatNumber(divisor)} =`),
      element("output", { class: "c2a-total" }, response),
    );
  }

  terms(row, column) {
    const padding = (this.kernel.rows - 1) / 2;
    const mode = this.model.get("padding");
    return arithmetic(this.image, this.kernel, row, column, { padding, mode });
  }

  valuesAt(row, column) {
    const at = row * this.image.cols + column;
    return {
      photo: formatNumber(this.image.data[at], 0),
      response: formatNumber(this.response.data[at]),
    };
  }
}

export default {
  render({ model, el }) {
    const figure = new Playground(model);
    el.append(figure.node);
    const stopResponse = onChange(model, RESPONSE_TRAITS, () => figure.drawResponse());
    const stopCursor = onChange(model, CURSOR_TRAITS, () => figure.drawCursor());
    return () => {
      stopResponse();
      stopCursor();
    };
  },
};
