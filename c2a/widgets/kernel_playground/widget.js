// Kernel playground: edit a kernel over a photograph and see the response.
import { key, largest, tint } from "../toolkit/color.js";
import { button, choices, numberField, presets } from "../toolkit/controls.js";
import {
  column,
  element,
  formatNumber,
  interactive,
  note,
  panel,
  reveal,
  row,
  symbol,
} from "../toolkit/figure.js";
import { cellGrid, numberCell, numberGrid } from "../toolkit/grid.js";
import { picture } from "../toolkit/picture.js";
import {
  colorOf,
  colorScale,
  displayMode,
  explainDisplay,
  explainFlip,
  explainSum,
  flip,
  paintScene,
  patch,
  resizeKernel,
  respond,
  weightSum,
} from "./response.js";

const OPERATOR = { correlation: "\u22c6", convolution: "\u2217" };
// What each order adds up; u and v count from the kernel's center.
const ORDER = {
  correlation: "Adds w[u, v] \u00b7 x[i + u, j + v].",
  convolution: "Adds w[u, v] \u00b7 x[i \u2212 u, j \u2212 v].",
};
const OUTSIDE = {
  zeros: "Outside counts as 0, black.",
  reflect: "Outside is the mirror image, border pixel not repeated.",
  replicate: "Outside repeats the border pixel.",
};
const gray = (value) => [value, value, value, 255];

/** Cell of the patch: the gray it has in the picture, with text that reads on it. */
function patchCell({ value, padded }) {
  const level = Math.round(value);
  return {
    text: formatNumber(value, 0),
    fill: `rgb(${level} ${level} ${level})`,
    ink: level < 118 ? "#fff" : "#000",
    dashed: padded,
  };
}

/** The kernel's size, which is not a trait but the number of its rows. */
function sizeChoice(state) {
  const sized = {
    get: () => state.get("kernel").length,
    set: ({ side }) => state.set({ kernel: resizeKernel(state.get("kernel"), side) }),
    onDraw: (drawing) => state.onDraw(drawing),
  };
  const options = [
    [3, "3 \u00d7 3"],
    [5, "5 \u00d7 5"],
  ];
  return choices(sized, "side", { label: "Size", options });
}

function settings(state) {
  const choice = (trait, label, ...options) =>
    choices(state, trait, {
      label,
      options: options.map((o) => [].concat(o, o).slice(0, 2)),
    });
  const limits = { min: 0.01, max: 1000, step: 0.5 };
  const divisor = numberField(state, "divisor", { label: "Divide by", ...limits });
  const normalize = button("the sum", () =>
    state.set({ divisor: weightSum(state.get("kernel")) }),
  );
  state.onDraw(() => normalize.enable(weightSum(state.get("kernel")) > 0.01));
  return {
    scale: row(divisor.node, normalize.node),
    order: choice(
      "operation",
      "Order",
      ["correlation", "cross-correlation"],
      "convolution",
    ),
    padding: choice("padding", "Padding", "zeros", "reflect", "replicate"),
    display: choice("display", "Show as", "auto", "picture", "signed"),
  };
}

export default interactive("Kernel playground", (state) => {
  const shape = [state.get("height"), state.get("width")];
  const [rows, cols] = shape;
  const pictures = {
    photograph: Float64Array.from(state.bytes("image")),
    wall: paintScene(state.get("wall"), shape),
  };
  let shown = {}; // what the last drawing computed
  let hovered = null; // the pixel under a mouse that is not pressed

  const values = (r, c) => ({
    photo: formatNumber(shown.image.data[r * cols + c], 0),
    response: formatNumber(shown.response[r * cols + c]),
  });
  const point = {
    move(r, c) {
      hovered = null;
      state.set({ row: r, column: c });
      state.say(() => {
        const { photo, response } = values(r, c);
        return `Row ${r}, column ${c}: picture ${photo}, response ${response}.`;
      });
    },
    hover(...at) {
      hovered = at.length ? at : null;
      drawCursor();
    },
  };
  const photo = picture({
    label: "Picture. Arrow keys move the cursor, with Shift by ten pixels.",
    rows,
    cols,
    ...point,
  });
  const response = picture({ label: "Response of the kernel", rows, cols });
  const photoPanel = panel("", photo.node);
  const responsePanel = panel("", response.node);
  const operator = symbol("");
  const legend = element("div");

  const side = state.get("kernel").length;
  const patchGrid = cellGrid({ rows: side, cols: side });
  const productGrid = cellGrid({ rows: side, cols: side });
  const editor = numberGrid(state, {
    label: "Kernel weights",
    cellLabel: (u, v) => `Weight in row ${u + 1}, column ${v + 1}`,
    edit(u, v, value) {
      const applied = shown.kernel.map((line) => [...line]);
      applied[u][v] = value;
      const turned = state.get("operation") === "convolution";
      state.set({ kernel: turned ? flip(applied) : applied });
    },
  });
  const kernelPanel = panel("kernel", editor.node);
  const equation = row(
    panel("patch", patchGrid.node).node,
    symbol("\u00d7"),
    kernelPanel.node,
    symbol("="),
    panel("products", productGrid.node).node,
  );
  equation.classList.add("c2a-equation");
  const result = element("p", { class: "c2a-result" });

  const offered = presets(state, {
    label: "Kernel presets",
    options: state
      .get("presets")
      .map(({ title, kernel, divisor }) => [title, { kernel, divisor }]),
    after: (title) => state.say(() => `${title}. Response here: ${here().response}.`),
  });
  const control = settings(state);
  const [sumNote, orderNote, flipNote, padNote, displayNote] = Array.from(
    { length: 5 },
    () => note(),
  );
  const flat = reveal(
    "What does it give on a flat area? Try the gray wall.",
    sumNote.node,
  );
  const turned = reveal("Does the order matter for it? Try both.", flipNote.node);

  const cursor = () => hovered ?? [state.get("row"), state.get("column")];
  const here = () => values(...cursor());

  function drawCursor() {
    const [r, c] = cursor();
    const { kernel, image } = shown;
    const size = kernel.length;
    const cells = patch(image, size, r, c, state.get("padding"));
    const products = cells.map(({ value }, i) => value * kernel.flat()[i]);
    const scale = largest(products);
    for (const grid of [patchGrid, productGrid]) grid.resize(size, size);
    patchGrid.show((u, v) => patchCell(cells[u * size + v]));
    productGrid.show((u, v) => numberCell(products[u * size + v], scale, 1));
    photo.mark(r, c, size);
    response.mark(r, c, 1);
    const now = values(r, c);
    photoPanel.caption(`row ${r}, column ${c}: ${now.photo}`);
    responsePanel.caption(`response: ${now.response}`);
    const divisor = state.get("divisor");
    const sum = formatNumber(products.reduce((a, b) => a + b, 0));
    const total = element("strong", { class: "c2a-total" }, now.response);
    const scaled = divisor === 1 ? [] : [`${sum} \u00f7 ${formatNumber(divisor)} = `];
    result.replaceChildren("sum of the products = ", ...scaled, total);
  }

  function draw() {
    const operation = state.get("operation");
    const divisor = state.get("divisor");
    const rotated = operation === "convolution";
    const kernel = rotated ? flip(state.get("kernel")) : state.get("kernel");
    const image = { shape, data: pictures[state.get("picture")] };
    const fresh = JSON.stringify([kernel, divisor]) !== shown.asked;
    const answer = respond(image, kernel, divisor, state.get("padding"));
    shown = {
      kernel,
      image,
      response: answer,
      asked: JSON.stringify([kernel, divisor]),
    };
    const mode = displayMode(state.get("display"), kernel, divisor);
    const scale = colorScale(answer);
    photo.draw(image.data, gray);
    response.draw(answer, colorOf(mode, scale));
    legend.replaceChildren(
      mode === "signed" ? key.signed(scale, 0) : key.gray("0", "255"),
    );
    operator.textContent = OPERATOR[operation];
    equation.dataset.side = kernel.length;
    editor.show(kernel);
    kernelPanel.caption(rotated ? "kernel, rotated 180\u00b0" : "kernel");
    // Another kernel is another question.
    if (fresh) flat.open = turned.open = false;
    sumNote.show(explainSum(kernel, divisor));
    orderNote.show(ORDER[operation]);
    flipNote.show(explainFlip(kernel));
    padNote.show(OUTSIDE[state.get("padding")]);
    displayNote.show(explainDisplay(mode, answer));
    drawCursor();
  }

  const scenes = choices(state, "picture", {
    label: "Picture",
    options: [
      ["photograph", "photograph"],
      ["wall", "gray wall"],
    ],
  });
  const credit = note(state.get("credit"));
  return {
    content: [
      row(offered.node, sizeChoice(state).node, scenes.node),
      row(photoPanel.node, operator, responsePanel.node),
      legend,
      equation,
      result,
      row(flat, turned),
      element(
        "div",
        { class: "c2a-settings" },
        column(control.order.node, orderNote.node),
        column(control.padding.node, padNote.node),
        column(control.scale),
        column(control.display.node, displayNote.node),
      ),
      credit.node,
    ],
    draw,
  };
});
