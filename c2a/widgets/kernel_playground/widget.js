// Kernel playground: edit a kernel over a photograph and see the response.
import { arithmetic, grid, toRows } from "../convolution.js";
import { assign, element, formatNumber, onChange, tint } from "../figure.js";
import {
  EXPLAIN_ORDER,
  EXPLAIN_PADDING,
  appliedKernel,
  colorScale,
  displayMode,
  explainDisplay,
  explainFlip,
  explainSum,
  moveCursor,
  paint,
  presetName,
  resizeKernel,
  respond,
  weightSum,
} from "./response.js";
import { build, layout } from "./view.js";

const RESPONSE_TRAITS = [
  "kernel",
  "divisor",
  "operation",
  "padding",
  "display",
  "preset",
];
const CURSOR_TRAITS = ["row", "column"];
const OPERATOR = { correlation: "\u22c6", convolution: "\u2217" };

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
    this.image = grid(
      model.get("height"),
      model.get("width"),
      Float64Array.from(pixels),
    );
    this.view = build(model, {
      preset: (name) => this.preset(name),
      weight: (index, value) => this.weight(index, value),
      size: (value) => this.size(value),
      divisor: (input) => this.divisor(input),
      normalize: () => this.normalize(),
      operation: (value) => this.operation(value),
      padding: (value) => this.padding(value),
      display: (value) => this.display(value),
    });
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
    const applied = appliedKernel(
      this.model.get("kernel"),
      this.model.get("operation"),
    );
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
    this.view.status.say(explainSum(appliedKernel(kernel), divisor));
  }

  operation(value) {
    assign(this.model, { operation: value });
    this.view.status.say(explainFlip(this.kernel));
  }

  padding(value) {
    assign(this.model, { padding: value });
    this.view.status.say(EXPLAIN_PADDING[value]);
  }

  display(value) {
    assign(this.model, { display: value });
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
    const next = moveCursor(
      this.cursor,
      event.key,
      event.shiftKey ? 10 : 1,
      rows,
      cols,
    );
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

    view.equation.dataset.size = this.kernel.rows;
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
    view.flipNote.textContent = `${EXPLAIN_ORDER[operation]} ${explainFlip(this.kernel)}`;
    view.padNote.textContent = EXPLAIN_PADDING[mode];
    view.displayNote.textContent = explainDisplay(display, this.response.data);
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
    const scaled = divisor === 1 ? "=" : `\u00f7 ${formatNumber(divisor)} =`;
    view.result.replaceChildren(
      "sum of the products",
      ...(divisor === 1 ? [] : [element("b", {}, formatNumber(terms.at(-1).running))]),
      element("span", {}, scaled),
      element("strong", { class: "c2a-total" }, response),
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
    const playground = new Playground(model);
    el.append(playground.node);
    const stopResponse = onChange(model, RESPONSE_TRAITS, () =>
      playground.drawResponse(),
    );
    const stopCursor = onChange(model, CURSOR_TRAITS, () => playground.drawCursor());
    return () => {
      stopResponse();
      stopCursor();
    };
  },
};
