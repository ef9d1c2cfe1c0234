// Convolution stepper: a kernel walks over a grid, with stride, padding and dilation.
import { largest, tint } from "../toolkit/color.js";
import { numberField } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  message,
  panel,
  row,
  symbol,
} from "../toolkit/figure.js";
import { cellGrid, numberCell } from "../toolkit/grid.js";
import { span } from "../toolkit/nn/windows.js";
import { transport } from "../toolkit/transport.js";
import { formula } from "./formula.js";
import {
  PARAMETERS,
  arithmetic,
  defaultImage,
  defaultKernel,
  formulaValue,
  outputSide,
  problem,
  remarks,
  skipped,
} from "./geometry.js";

/** The kernel's taps, laid over the input where they read: { node, move(row, col) }. */
function kernelWindow(kernel, { dilation, stride }, cell) {
  const scale = largest(kernel.flat());
  const side = span(kernel.length, dilation) * cell;
  const reach = { class: "c2a-reach", width: side, height: side };
  const node = element("g", { class: "c2a-frame" }, element("rect", reach));
  kernel.forEach((weights, u) =>
    weights.forEach((weight, v) => {
      const [x, y] = [v * dilation * cell, u * dilation * cell];
      const box = { x: x + 1, y: y + 1, width: cell - 2, height: cell - 2 };
      const rect = element("rect", box);
      rect.style.fill = tint(weight, scale);
      const corner = { x: x + cell - 3, y: y + cell - 6 };
      node.append(rect, element("text", corner, formatNumber(weight)));
    }),
  );
  const move = (r, c) => {
    const [x, y] = [c * stride * cell, r * stride * cell];
    node.style.transform = `translate(${x}px, ${y}px)`;
  };
  return { node, move };
}

/** The products of one output cell with the sum so far, laid out as the kernel is. */
function termList(terms, k) {
  const items = terms.map(({ value, weight, padded, running }) => {
    const product = `${formatNumber(value)} \u00d7 ${formatNumber(weight)} `;
    const sum = element("span", {}, `\u03a3 ${formatNumber(running)}`);
    return element("li", { class: padded ? "c2a-pad" : "" }, product, sum);
  });
  const list = element("ol", { class: "c2a-terms" }, ...items);
  list.style.setProperty("--columns", k);
  return list;
}

/** A grid in its panel, as wide as it has cells: all grids share one size of cell. */
function sized(grid) {
  const place = panel("", grid.node);
  const show = (cells, caption) => {
    place.node.style.flex = `0 1 ${2.4 * cells}rem`;
    place.caption(caption);
  };
  return { ...place, show };
}

export default interactive("Convolution stepper", (state) => {
  const fields = PARAMETERS.map(([trait, letter, label, min, max]) =>
    numberField(state, trait, {
      label,
      letter,
      min,
      max,
      after() {
        state.set({ step: 0 });
        state.say(() => wrong() || `The output is ${side()} by ${side()}.`);
      },
    }),
  );
  const settings = () =>
    Object.fromEntries(PARAMETERS.map(([trait]) => [trait, state.get(trait)]));
  const wrong = () => problem(settings());
  const side = () => outputSide(settings());
  const numbers = (trait, n, otherwise) => {
    const given = state.get(trait);
    return given.length === n ? given : otherwise(n);
  };
  const image = () => numbers("image", state.get("size"), defaultImage);
  const kernel = () => numbers("weights", state.get("kernel_size"), defaultKernel);
  const place = (step) => [Math.floor(step / side()), step % side()];
  const terms = (step) => arithmetic(image(), kernel(), place(step), settings());
  const value = (step) => terms(step).at(-1).running;
  const where = (step) => {
    const [i, j] = place(step);
    return `Output row ${i}, column ${j}: ${formatNumber(value(step))}.`;
  };

  const rule = element("div");
  const trouble = message();
  const input = cellGrid({ rows: 1, cols: 1 });
  const weights = cellGrid({ rows: 1, cols: 1 });
  const output = cellGrid({
    label: "Output. Arrow keys move the kernel.",
    rows: 1,
    cols: 1,
    choose(r, c) {
      steps.stop();
      const step = r * side() + c;
      state.set({ step });
      state.say(() => where(step));
    },
  });
  const [inputPanel, kernelPanel, outputPanel] = [input, weights, output].map(sized);
  const steps = transport(state, "step", {
    label: "Output cell",
    count: () => side() ** 2,
    where,
  });
  const sum = element("div", { class: "c2a-sum" });
  const notes = element("ul", { class: "c2a-remarks" });
  let overlay = { drawn: "" };

  function drawInput(now) {
    const { size, padding } = now;
    const { between, beyond } = wrong() ? { between: [], beyond: [] } : skipped(now);
    const lost = new Set([...between, ...beyond]);
    const pixels = image();
    const scale = largest(pixels.flat());
    const padded = size + 2 * padding;
    input.resize(padded, padded);
    input.show((r, c) => {
      const [i, j] = [r - padding, c - padding];
      const pixel = pixels[i]?.[j];
      if (pixel === undefined) return { text: "0", dim: true, dashed: true };
      const shade = ((22 * Math.abs(pixel)) / scale).toFixed(0);
      return {
        text: formatNumber(pixel),
        fill: `color-mix(in srgb, var(--ink) ${shade}%, var(--field))`,
        crossed: lost.has(i) || lost.has(j),
      };
    });
    const grown = padding ? `, padded to ${padded}` : "";
    inputPanel.show(padded, `input ${size} \u00d7 ${size}${grown}`);
  }

  function drawKernel(now) {
    const k = now.kernel_size;
    const scale = largest(kernel().flat());
    weights.resize(k, k);
    weights.show((u, v) => numberCell(kernel()[u][v], scale));
    kernelPanel.show(k, `kernel ${k} \u00d7 ${k}`);
    const fresh = JSON.stringify([now, kernel()]);
    if (overlay.drawn === fresh) return;
    overlay.node?.remove();
    overlay = { ...kernelWindow(kernel(), now, input.cell), drawn: fresh };
    input.frames.append(overlay.node);
  }

  function drawOutput() {
    const n = side();
    outputPanel.node.hidden = !n;
    overlay.node.style.display = n ? "" : "none";
    sum.hidden = !n;
    if (!n) return;
    const step = Math.min(state.get("step"), n * n - 1);
    const values = Array.from({ length: n * n }, (_, i) => value(i));
    const scale = largest(values);
    output.resize(n, n);
    output.show(
      (r, c) => {
        const i = r * n + c;
        if (i <= step) return numberCell(values[i], scale);
        return { text: "\u00b7", label: `row ${r}, column ${c}: not computed yet` };
      },
      { current: place(step) },
    );
    outputPanel.show(n, `output ${n} \u00d7 ${n}`);
    overlay.move(...place(step));
    const total = element("strong", { class: "c2a-total" }, formatNumber(values[step]));
    const [i, j] = place(step);
    sum.replaceChildren(
      element(
        "p",
        { class: "c2a-note" },
        "input \u00d7 weight, with the sum \u03a3 so far:",
      ),
      termList(terms(step), kernel().length),
      element("p", {}, `output row ${i}, column ${j} = `, total),
    );
  }

  return {
    content: [
      ...(state.get("dials") ? [row(...fields.map(({ node }) => node)), rule] : []),
      trouble.node,
      element(
        "div",
        { class: "c2a-stage" },
        inputPanel.node,
        symbol("\u22c6"),
        kernelPanel.node,
        symbol("="),
        outputPanel.node,
      ),
      steps.node,
      sum,
      notes,
    ],
    draw() {
      const now = settings();
      rule.replaceChildren(formula(now, formulaValue(now)));
      trouble.show(wrong());
      drawInput(now);
      drawKernel(now);
      drawOutput();
      const said = wrong() ? [] : remarks(now);
      notes.replaceChildren(...said.map((text) => element("li", {}, text)));
    },
  };
});
