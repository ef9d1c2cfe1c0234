// A digit on its way through a trained LeNet: maps, units, windows, answer.
import { barChart } from "../toolkit/bars.js";
import { COLORS, gray } from "../toolkit/color.js";
import { column, element, interactive, message, note, panel, row } from "../toolkit/figure.js";
import { drawingPad, picture, thumbnails } from "../toolkit/picture.js";
import { transport } from "../toolkit/transport.js";
import { conv2d, maxPool2d } from "../toolkit/nn/conv.js";
import { dense } from "../toolkit/nn/dense.js";
import { relu, softmax, tensor } from "../toolkit/nn/tensor.js";

const SIDE = 28;
const PADDED = 32;
// field: pixels of the input that a unit sees, jump: how far those of two neighbors lie
// apart. The dense layers see everything; their units are laid out in rows.
const LAYERS = [
  { name: "input", says: "the drawing with a black border of two pixels", maps: 1, rows: 32, cols: 32, field: 1, jump: 1 },
  { name: "C1", says: "six convolutions of 5 × 5, rectified", maps: 6, rows: 28, cols: 28, field: 5, jump: 1 },
  { name: "S2", says: "the largest of each 2 × 2 window", maps: 6, rows: 14, cols: 14, field: 6, jump: 2 },
  { name: "C3", says: "sixteen convolutions over all six maps, rectified", maps: 16, rows: 10, cols: 10, field: 14, jump: 2 },
  { name: "S4", says: "the largest of each 2 × 2 window", maps: 16, rows: 5, cols: 5, field: 16, jump: 4 },
  { name: "C5", says: "120 dense units, rectified", maps: 1, rows: 8, cols: 15, field: 32, jump: 0 },
  { name: "F6", says: "84 dense units, rectified", maps: 1, rows: 7, cols: 12, field: 32, jump: 0 },
  { name: "answer", says: "ten dense units, then softmax", maps: 0, rows: 1, cols: 10, field: 32, jump: 0 },
];

/** The drawing (784 values) on the 32 x 32 black pixels that the network gets. */
export function padded(drawing) {
  const x = tensor([1, PADDED, PADDED]);
  for (let r = 0; r < SIDE; r++) {
    x.data.set(drawing.slice(r * SIDE, (r + 1) * SIDE), (r + 2) * PADDED + 2);
  }
  return x;
}

/** What the eight layers hold for a drawing, from input to scores. */
export function walk(drawing, w) {
  const input = padded(drawing);
  const c1 = relu(conv2d(input, w["today.0.weight"], w["today.0.bias"]));
  const s2 = maxPool2d(c1, 2);
  const c3 = relu(conv2d(s2, w["today.3.weight"], w["today.3.bias"]));
  const s4 = maxPool2d(c3, 2);
  const flat = tensor([s4.data.length], s4.data);
  const c5 = relu(dense(flat, w["today.7.weight"], w["today.7.bias"]));
  const f6 = relu(dense(c5, w["today.9.weight"], w["today.9.bias"]));
  return [input, c1, s2, c3, s4, c5, f6, dense(f6, w["today.11.weight"], w["today.11.bias"])];
}

/** The square of the input that a unit sees: its first row and column, and its side. */
export function windowOf(layer, row, col) {
  const { field, jump } = LAYERS[layer];
  return { row: row * jump, col: col * jump, side: field };
}

export default interactive("A digit walks through LeNet", (state) => {
  const problem = message();
  let weights = null;

  const bytes = state.bytes("pictures");
  const size = SIDE * SIDE;
  const digits = Array.from({ length: 10 }, (_, k) =>
    Array.from(bytes.slice(k * size, (k + 1) * size), (v) => Math.round(v / 2.55) / 100),
  );
  const chooser = thumbnails(state, "digit", {
    label: "digit",
    color: gray,
    images: digits.map((values, k) => ({ rows: SIDE, cols: SIDE, values, label: String(k) })),
    after: (k) => state.set({ drawing: digits[k] }),
  });
  const pad = drawingPad(state, "drawing", {
    label: "Your digit: draw on it",
    rows: SIDE,
    cols: SIDE,
    color: gray,
    radius: 0.9,
  });

  const here = () => LAYERS[state.get("layer")];
  const steps = transport(state, "layer", {
    label: "layer",
    count: () => LAYERS.length,
    pace: 1500,
    where: (step) => `${LAYERS[step].name}: ${LAYERS[step].says}`,
  });
  const says = note();

  const chosen = () => {
    const { maps, rows, cols } = here();
    const [r, c] = state.get("place");
    return {
      map: Math.min(state.get("map"), Math.max(maps - 1, 0)),
      r: Math.min(r, rows - 1),
      c: Math.min(c, cols - 1),
    };
  };
  const seen = picture({ label: "Input of the network, and the window that the chosen unit sees", rows: PADDED, cols: PADDED });
  const seenPanel = panel("what the unit sees", seen.node);
  const views = LAYERS.map((layer, i) => layerView(state, layer, i));
  const bars = barChart({ label: "Probability of each digit" });
  const barsPanel = panel("answer", bars.node);

  /** Value of the chosen unit, in words. */
  const unit = (held) => {
    const { map, r, c } = chosen();
    const { name, rows, cols } = here();
    const value = held[state.get("layer")].data[(map * rows + r) * cols + c];
    return `${name}, map ${map + 1}, row ${r}, column ${c}: ${value.toFixed(2)}`;
  };

  state.weights("lenet-digits").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () => problem.show("The network could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      chooser.node,
      steps.node,
      says.node,
      row(
        column(panel("draw, or change a stroke", pad.node).node),
        column(seenPanel.node),
        column(...views.map(({ node }) => node), barsPanel.node),
      ),
      problem.node,
    ],
    draw() {
      const layer = state.get("layer");
      says.show(element("b", {}, here().name), `: ${here().says}`);
      views.forEach(({ node }, i) => (node.hidden = i !== layer));
      barsPanel.node.hidden = here().name !== "answer";
      const { map, r, c } = chosen();
      const drawing = state.get("drawing");
      seen.draw(padded(drawing).data, gray);
      const window = windowOf(layer, r, c);
      seen.mark(window.row + (window.side - 1) / 2, window.col + (window.side - 1) / 2, window.side);
      if (!weights) return;
      const held = walk(drawing, weights);
      views[layer].show(held[layer], map, r, c);
      seenPanel.caption(here().name === "answer" ? "it has seen all" : unit(held));
      if (here().name !== "answer") return;
      const p = Array.from(softmax(held[7]).data);
      const best = p.indexOf(Math.max(...p));
      bars.show(
        p.map((value, k) => ({
          label: String(k), value, color: COLORS.lenet, marked: k === best,
          text: `${Math.round(100 * value)}%`,
        })),
      );
      barsPanel.caption(`LeNet says ${best}`);
      state.say(`LeNet says ${best}, ${Math.round(100 * p[best])} percent`);
    },
  };
});

/** All maps of a layer as a radio group, and the chosen one enlarged, with a cursor. */
function layerView(state, { name, maps, rows, cols }, index) {
  const node = element("div", { class: "c2a-lenet-layer" });
  if (maps === 0) return { node, show() {} };
  const large = picture({
    label: `${name}: choose a unit with the arrow keys`,
    rows,
    cols,
    move: (r, c) => state.set({ place: [r, c] }),
  });
  const largePanel = panel("choose a unit", large.node);
  const group = `c2a-lenet-${index}-${Math.random().toString(36).slice(2)}`;
  const legend = element("legend", {}, `maps of ${name}`);
  const choices = element("fieldset", { class: "c2a-choices c2a-lenet-maps" }, legend);
  const small = Array.from({ length: maps }, (_, i) => {
    const board = picture({ label: `map ${i + 1}`, rows, cols });
    board.node.removeAttribute("role");
    board.node.removeAttribute("aria-label");
    const input = element("input", { type: "radio", name: group, "aria-label": `map ${i + 1}` });
    input.addEventListener("change", () => state.set({ map: i }));
    choices.append(element("label", {}, input, element("span", {}, board.node)));
    return { input, board };
  });
  node.append(...(maps > 1 ? [choices] : []), largePanel.node);
  const show = ({ data }, map, r, c) => {
    const values = (i) => data.subarray(i * rows * cols, (i + 1) * rows * cols);
    // One scale for all small maps, so that weak ones look weak; its own for the large.
    const shade = (top) => (value) => gray(Math.max(value, 0) / (top || 1));
    const top = Math.max(...data);
    small.forEach(({ input, board }, i) => {
      board.draw(values(i), shade(top));
      input.checked = i === map;
    });
    large.draw(values(map), shade(Math.max(...values(map))));
    large.mark(r, c, 1);
    largePanel.caption(maps > 1 ? `map ${map + 1}: choose a unit` : "choose a unit");
  };
  return { node, show };
}
