// The elements of the kernel playground and their places.
import { announcer, choices, element, figure, tint } from "../figure.js";

/** A picture with a marker, the size of the image: { node, draw(rgba), mark(row, column, size) }. */
function picture(rows, cols, attributes) {
  const canvas = element("canvas", {
    width: cols,
    height: rows,
    "aria-hidden": "true",
  });
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
  const node = element(
    "table",
    { class: "c2a-numbers" },
    element("caption", {}, caption),
    body,
  );
  const show = (cells) => {
    const size = Math.sqrt(cells.length);
    if (body.children.length !== size) {
      const row = () =>
        element("tr", {}, ...Array.from({ length: size }, () => element("td")));
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
  const node = element(
    "div",
    { role: "group", "aria-label": "Kernel weights" },
    caption,
    cells,
  );
  const build = (size) => {
    cells.style.setProperty("--size", size);
    const inputs = Array.from({ length: size * size }, (_, i) => {
      const label = `Weight in row ${Math.floor(i / size) + 1}, column ${(i % size) + 1}`;
      const input = element("input", {
        type: "number",
        step: "any",
        "aria-label": label,
      });
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
  let turned;
  const turn = (rotated) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (turned !== undefined && turned !== rotated && !calm) {
      cells.animate([{ rotate: "-180deg" }, { rotate: "0deg" }], {
        duration: 450,
        easing: "ease",
      });
    }
    turned = rotated;
  };
  const show = (kernel, rotated) => {
    turn(rotated);
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
  return { node, show };
}

/** All elements of the figure; `actions` say what the controls do. */
export function build(model, actions) {
  const rows = model.get("height");
  const cols = model.get("width");
  const presets = element("div", {
    class: "c2a-presets",
    role: "group",
    "aria-label": "Kernel presets",
  });
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
    response: picture(rows, cols, {
      role: "img",
      "aria-label": "Response of the kernel",
    }),
    operator: element("span", { class: "c2a-operator", "aria-hidden": "true" }),
    photoValue: element("span", { class: "c2a-value" }),
    responseValue: element("span", { class: "c2a-value" }),
    credit: element("p", { class: "c2a-credit" }, model.get("credit")),
    key: element("p", { class: "c2a-key" }),
    equation: element("div", { class: "c2a-equation" }),
    patch: numberTable("patch"),
    kernel: kernelEditor(actions.weight),
    products: numberTable("products"),
    result: element("p", { class: "c2a-result" }),
    size: choices(
      "Size",
      [
        ["3", "3 \u00d7 3"],
        ["5", "5 \u00d7 5"],
      ],
      actions.size,
    ),
    display: choices(
      "Show as",
      [
        ["auto", "auto"],
        ["picture", "picture"],
        ["signed", "signed"],
      ],
      actions.display,
    ),
    operation: choices(
      "Order",
      [
        ["correlation", "cross-correlation"],
        ["convolution", "convolution"],
      ],
      actions.operation,
    ),
    padding: choices(
      "Padding",
      [
        ["zero", "zero"],
        ["reflect", "reflect"],
        ["replicate", "replicate"],
      ],
      actions.padding,
    ),
    divisor: element("input", { type: "number", step: "any", "aria-label": "Divisor" }),
    normalize: element("button", { type: "button" }, "divide by the sum"),
    sumNote: element("p"),
    flipNote: element("p"),
    padNote: element("p"),
    displayNote: element("p"),
    status: announcer(),
  };
  view.divisor.addEventListener("input", () => actions.divisor(view.divisor));
  view.normalize.addEventListener("click", actions.normalize);
  return view;
}

/** The elements in their places. */
export function layout(view) {
  const symbol = (text) =>
    element("span", { class: "c2a-symbol", "aria-hidden": "true" }, text);
  const label = (text, value) => element("p", { class: "c2a-label" }, text, value);
  const scale = element(
    "fieldset",
    { class: "c2a-choices" },
    element("legend", {}, "Scale"),
    element("label", { class: "c2a-divisor" }, "\u00f7 ", view.divisor),
    view.normalize,
  );
  view.equation.append(
    view.patch.node,
    symbol("\u00d7"),
    view.kernel.node,
    symbol("="),
    view.products.node,
    view.result,
  );
  return figure(
    "c2a-playground",
    "Kernel playground",
    element("div", { class: "c2a-bar" }, view.presets, view.size.node),
    element(
      "div",
      { class: "c2a-pictures" },
      element(
        "div",
        {},
        view.photo.node,
        label("photograph", view.photoValue),
        view.credit,
      ),
      view.operator,
      element(
        "div",
        {},
        view.response.node,
        label("response", view.responseValue),
        view.key,
      ),
    ),
    view.equation,
    element(
      "div",
      { class: "c2a-settings" },
      element("div", {}, scale, view.sumNote),
      element("div", {}, view.operation.node, view.flipNote),
      element("div", {}, view.padding.node, view.padNote),
      element("div", {}, view.display.node, view.displayNote),
    ),
    view.status.node,
  );
}
