// Channel stepper: two filters over three channels, and what is summed.
import { largest } from "../toolkit/color.js";
import { choices } from "../toolkit/controls.js";
import {
  column,
  element,
  formatNumber,
  interactive,
  panel,
  row,
  symbol,
} from "../toolkit/figure.js";
import { cellGrid, numberCell } from "../toolkit/grid.js";
import { transport } from "../toolkit/transport.js";

/** What one output number is made of: { channels: [{ products, sum }], bias, total }. */
export function parts(image, filter, bias, i, j) {
  const channels = image.map((channel, c) => {
    const products = filter[c].map((weights, u) =>
      weights.map((weight, v) => weight * channel[i + u][j + v]),
    );
    return { products, sum: products.flat().reduce((a, b) => a + b, 0) };
  });
  return { channels, bias, total: channels.reduce((a, { sum }) => a + sum, bias) };
}

/** A filter's output map, as rows. */
export function outputMap(image, filter, bias) {
  const side = image[0].length - filter[0].length + 1;
  return Array.from({ length: side }, (_, i) =>
    Array.from({ length: side }, (_, j) => parts(image, filter, bias, i, j).total),
  );
}

const sizes = (rows) => ({ rows: rows.length, cols: rows[0].length });

export default interactive("Three channels, two filters", (state) => {
  const names = state.get("channels");
  const image = state.get("image");
  const filters = state.get("weights");
  const biases = state.get("bias");
  const k = filters[0][0].length;
  const maps = filters.map((filter, f) => outputMap(image, filter, biases[f]));
  const side = maps[0].length;
  const filter = () => state.get("filter");
  const place = (step) => [Math.floor(step / side), step % side];
  const at = () => place(Math.min(state.get("step"), side * side - 1));
  const where = (step) => {
    const [i, j] = place(step);
    const value = formatNumber(maps[filter()][i][j]);
    return `Filter ${filter() + 1}, output row ${i}, column ${j}: ${value}.`;
  };

  const choice = choices(state, "filter", {
    label: "Filter",
    options: filters.map((_, f) => [f, String(f + 1)]),
    after: () => state.say(() => where(state.get("step"))),
  });
  const steps = transport(state, "step", {
    label: "Output position",
    count: () => side * side,
    where,
  });

  // A row a channel: its pixels, its slice of the filter, their products.
  const lines = image.map((channel, c) => {
    const pixels = cellGrid(sizes(channel));
    const weights = cellGrid(sizes(filters[0][c]));
    const products = cellGrid(sizes(filters[0][c]));
    const pixelPanel = panel(names[c], pixels.node);
    const sum = element("span", { class: "c2a-sum" });
    const words = {
      slice: panel("", weights.node),
      products: panel("", products.node),
    };
    const node = element(
      "div",
      { class: "c2a-channel", "data-channel": names[c] },
      pixelPanel.node,
      symbol("\u22c6"),
      words.slice.node,
      symbol("="),
      words.products.node,
      symbol("\u2192"),
      sum,
    );
    return { node, pixels, weights, products, words, sum };
  });

  const outputs = maps.map((map, f) => {
    const grid = cellGrid({
      label: `Output of filter ${f + 1}. Arrow keys move the window.`,
      ...sizes(map),
      choose(i, j) {
        steps.stop();
        const step = i * side + j;
        state.set({ step, filter: f });
        state.say(() => where(step));
      },
    });
    const place = panel(`output of filter ${f + 1}`, grid.node);
    place.node.classList.add("c2a-output");
    return { ...grid, place };
  });
  const equation = element("p", { class: "c2a-equation" });

  function drawLine(line, c, found, scales) {
    const { products, sum } = found.channels[c];
    const slice = filters[filter()][c];
    const [i, j] = at();
    line.pixels.show((r, q) => image[c][r][q]);
    line.pixels.frame("window", { row: i, col: j, rows: k, cols: k });
    line.weights.show((u, v) => numberCell(slice[u][v], scales.weights));
    line.products.show((u, v) => numberCell(products[u][v], scales.products));
    line.words.slice.caption(`filter ${filter() + 1}, ${names[c]}`);
    line.words.products.caption("products");
    line.sum.textContent = `sum ${formatNumber(sum)}`;
  }

  function drawOutput(output, f) {
    const scale = largest(maps[f].flat());
    const step = Math.min(state.get("step"), side * side - 1);
    output.show(
      (r, c) => {
        if (r * side + c <= step) return numberCell(maps[f][r][c], scale);
        return { text: "\u00b7", label: `row ${r}, column ${c}: not computed yet` };
      },
      { current: at() },
    );
    output.place.node.classList.toggle("c2a-chosen", f === filter());
  }

  return {
    content: [
      row(choice.node),
      row(
        column(...lines.map(({ node }) => node)),
        element(
          "div",
          { class: "c2a-outputs" },
          ...outputs.map(({ place }) => place.node),
        ),
      ),
      equation,
      steps.node,
    ],
    draw() {
      const [i, j] = at();
      const found = parts(image, filters[filter()], biases[filter()], i, j);
      const scales = {
        weights: largest(filters.flat(3)),
        products: largest(found.channels.flatMap(({ products }) => products.flat())),
      };
      lines.forEach((line, c) => drawLine(line, c, found, scales));
      outputs.forEach(drawOutput);
      const sums = found.channels.map(({ sum }, c) => [
        c ? " + " : "",
        element("span", { "data-channel": names[c] }, formatNumber(sum)),
      ]);
      equation.replaceChildren(
        `filter ${filter() + 1}, row ${i}, column ${j}: `,
        ...sums.flat(),
        ` + bias ${formatNumber(found.bias)} = `,
        element("strong", { class: "c2a-total" }, formatNumber(found.total)),
      );
    },
  };
});
