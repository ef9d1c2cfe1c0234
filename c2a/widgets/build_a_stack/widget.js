// Build a stack of layers, guess its field, and see what one unit sees.
import { gray } from "../toolkit/color.js";
import { button, choices, numberField, presets, toggle } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  message,
  note,
  panel,
  row,
} from "../toolkit/figure.js";
import { outputSize, span, taps } from "../toolkit/nn/windows.js";
import { picture } from "../toolkit/picture.js";

const SIDE = 144;
const MOST = 8;
const CHANNELS = 16;
const LIMITS = {
  kernel: [1, 7],
  stride: [1, 4],
  padding: [0, 16],
  dilation: [1, 16],
};
const LETTERS = { kernel: "k", stride: "s", padding: "p", dilation: "d" };
const layer = (kernel, stride = 1, padding = 0, dilation = 1) => ({
  kernel, stride, padding, dilation,
});
const PRESETS = [
  ["three of 3", [layer(3), layer(3), layer(3)]],
  ["strides", [layer(3, 2, 1), layer(3, 2, 1), layer(3, 2, 1)]],
  ["dilations", [layer(3, 1, 1), layer(3, 1, 2, 2), layer(3, 1, 4, 4), layer(3, 1, 8, 8)]],
  ["holes", [layer(3, 1, 6, 6), layer(3, 1, 6, 6), layer(3, 1, 6, 6)]],
  ["VGG-16, 6 of 18", [
    layer(3, 1, 1), layer(3, 1, 1), layer(2, 2),
    layer(3, 1, 1), layer(3, 1, 1), layer(2, 2),
  ]],
];

/** After each layer: size, jump and start of the fields, units, parameters, work. */
export function walk(layers, n) {
  let [size, jump, start, units, channels] = [1, 1, 0, n, 1];
  return layers.map(({ kernel, stride, dilation, padding }) => {
    size += (span(kernel, dilation) - 1) * jump;
    start -= padding * jump;
    jump *= stride;
    units = units < 1 ? 0 : Math.max(outputSize(units, kernel, stride, padding, dilation), 0);
    const weights = kernel * kernel * channels * CHANNELS;
    channels = CHANNELS;
    return {
      size, jump, start, units,
      parameters: weights + CHANNELS,
      operations: weights * units * units,
    };
  });
}

/** On how many paths each of n pixels reaches each unit of the last layer, as rows. */
export function paths(layers, n) {
  let counts = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  );
  for (const { kernel, stride, dilation, padding } of layers) {
    const below = counts;
    const units = outputSize(below.length, kernel, stride, padding, dilation);
    counts = Array.from({ length: Math.max(units, 0) }, (_, o) => {
      const sum = new Float64Array(n);
      for (const i of taps(o, kernel, stride, padding, dilation)) {
        below[i]?.forEach((count, j) => (sum[j] += count));
      }
      return sum;
    });
  }
  return counts;
}

/** What a stack of even blurs makes of the picture: each unit the mean of its paths. */
function blurred(counts, pixels) {
  const shares = counts.map((line) => {
    const total = line.reduce((a, b) => a + b, 0) || 1;
    return line.map((count) => count / total);
  });
  const across = Array.from({ length: SIDE }, (_, r) =>
    shares.map((share) => share.reduce((sum, w, c) => sum + w * pixels[r * SIDE + c], 0)),
  );
  return shares.flatMap((share) =>
    shares.map((_, c) => share.reduce((sum, w, r) => sum + w * across[r][c], 0)),
  );
}

/** What the guess makes of a wrong rule, if it is one. */
export function diagnose(guess, layers) {
  const { size } = walk(layers, SIDE).at(-1);
  const sum = (part) => layers.reduce((total, each) => total + part(each), 0);
  const reach = (each) => span(each.kernel, each.dilation) - 1;
  if (guess === size) return "Right.";
  const slips = [
    [sum((each) => reach(each) + 1), "That adds up whole kernels. After the first pixel, a layer adds one less than its kernel spans."],
    [1 + sum((each) => reach(each) * each.stride), "That stretches each kernel by its own stride. Which strides lie below it?"],
    [1 + sum(reach), "That leaves out the strides."],
    [1 + sum((each) => each.kernel - 1), "That leaves out the dilation."],
    [size + 2 * sum((each) => each.padding), "That counts the padding, which moves the field but does not widen it."],
  ];
  const slip = slips.find(([value]) => value === guess);
  return slip ? `Not quite. ${slip[1]}` : guess < size ? "It sees more." : "It sees less.";
}

export default interactive("Build a stack", (state) => {
  const pixels = Array.from(state.bytes("photograph"), Number);
  const layers = () => state.get("layers");
  const chosen = () => Math.min(state.get("chosen"), layers().length - 1);
  let guessed = ""; // the stack that the last guess was about
  let told = "";
  let hovered; // the unit under a mouse that is not pressed
  const known = () => state.get("answers") || guessed === JSON.stringify(layers());

  const change = (next, at = chosen()) => {
    const units = walk(next, SIDE).at(-1).units;
    const middle = Math.max(Math.floor((units - 1) / 2), 0);
    state.set({ layers: next, chosen: at, row: middle, column: middle });
    state.say(() => (units ? `${units} by ${units} units are left.` : problem()));
  };
  const problem = () => {
    const broken = walk(layers(), SIDE).findIndex(({ units }) => units < 1);
    return broken < 0 ? "" : `The kernel of layer ${broken + 1} is larger than what is left for it.`;
  };

  // The fields of the chosen layer look like traits to the controls.
  const editor = {
    get: (name) => layers()[chosen()][name],
    set: (part) =>
      change(layers().map((each, i) => (i === chosen() ? { ...each, ...part } : each))),
    say: state.say,
    onDraw: (drawing) => state.onDraw(drawing),
  };
  const numbers = Object.entries(LIMITS).map(([name, [min, max]]) =>
    numberField(editor, name, { label: name, letter: LETTERS[name], min, max }),
  );
  const add = button("Add a layer", () =>
    change([...layers(), layer(3)], layers().length),
  );
  const remove = button("Remove it", () =>
    change(layers().filter((_, i) => i !== chosen()), Math.max(chosen() - 1, 0)),
  );
  const ready = presets(state, {
    label: "Ready-made stacks",
    options: PRESETS.map(([text, made]) => [text, { layers: made }]),
    after: () => change(layers(), layers().length - 1),
  });

  // One line a layer; its button chooses it.
  const heads = ["layer", "k", "s", "p", "d", "field", "jump", "first pixel", "units", "parameters", "multiply-adds"];
  const lines = Array.from({ length: MOST }, (_, i) => {
    const choose = button(String(i + 1), () => state.set({ chosen: i }), {
      "aria-label": `edit layer ${i + 1}`,
    });
    const cells = heads.slice(1).map(() => element("td", {}));
    return { choose, cells, node: element("tr", {}, element("th", { scope: "row" }, choose.node), ...cells) };
  });
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...lines.map(({ node }) => node)),
  );
  const scroller = element(
    "div",
    { class: "c2a-stack", role: "region", tabindex: 0, "aria-label": "The layers and what they cost" },
    table,
  );

  const cost = note();
  const guess = numberField(state, "guess", {
    label: "your guess: a unit of the last layer sees … × … pixels", min: 1, max: 999,
  });
  const check = button("Check", () => {
    guessed = JSON.stringify(layers());
    const { size } = walk(layers(), SIDE).at(-1);
    told = `${diagnose(state.get("guess"), layers())} A unit sees ${size} × ${size} pixels.`;
    state.say(told);
    state.redraw();
  });
  const answer = note();
  const open = toggle(state, "answers", { label: "show the answer without a guess" });

  const photo = picture({ label: "The photograph, with the window of the unit", rows: SIDE, cols: SIDE });
  const photoPanel = panel("", photo.node);
  const move = (i, j) => {
    hovered = undefined;
    state.set({ row: i, column: j });
    state.say(() => sees());
  };
  let map; // a picture of the units, made anew when their number changes
  let size = 0;
  const mapPlace = element("div", {});
  const mapPanel = panel("", mapPlace);
  const view = choices(state, "view", {
    label: "Show",
    options: [["window", "what it sees"], ["paths", "on how many paths"]],
  });
  const trouble = message();

  const unit = () => (hovered ?? [state.get("row"), state.get("column")]).map((i) => Math.min(i, size - 1));
  const ends = (i, { start, jump, size: wide }) => [start + i * jump, start + i * jump + wide - 1];
  const sees = () => {
    const [i, j] = unit();
    if (!known()) return `Unit in row ${i}, column ${j}. What it sees is shown after your guess.`;
    const last = walk(layers(), SIDE).at(-1);
    const [rows, columns] = [ends(i, last), ends(j, last)].map((pair) => pair.map(formatNumber).join(" to "));
    return `Unit in row ${i}, column ${j}: rows ${rows}, columns ${columns}.`;
  };

  const buildMap = () => {
    map = picture({
      label: "The units of the last layer. Arrow keys choose one.",
      rows: size,
      cols: size,
      move,
      hover(...at) {
        hovered = at.length ? at : undefined;
        state.redraw();
      },
    });
    mapPlace.replaceChildren(map.node);
  };

  const drawLines = (found) => {
    const shown = known();
    lines.forEach(({ node, cells, choose }, i) => {
      node.hidden = i >= layers().length;
      if (node.hidden) return;
      const { kernel, stride, padding, dilation } = layers()[i];
      const { units, parameters, operations, size: wide, jump, start } = found[i];
      const secret = shown ? [wide, jump, start] : ["?", "?", "?"];
      const values = [kernel, stride, padding, dilation, ...secret, `${units} × ${units}`, parameters, operations];
      values.forEach((value, c) => {
        cells[c].textContent = typeof value === "number" ? value.toLocaleString("en").replace("-", "\u2212") : value;
      });
      choose.node.setAttribute("aria-pressed", String(i === chosen()));
    });
  };

  const drawPhoto = (counts) => {
    const [i, j] = unit();
    if (!known() || !size) return photo.draw(pixels, (value) => gray(value / 255));
    const [rows, columns] = [counts[i], counts[j]];
    const most = Math.max(...rows) * Math.max(...columns) || 1;
    const weight = (at) => (rows[Math.floor(at / SIDE)] * columns[at % SIDE]) / most;
    const heat = state.get("view") === "paths";
    const light = pixels.map((value, at) => {
      const share = weight(at);
      if (heat) return (share * value) / 255;
      return (share > 0 ? value : 0.2 * value) / 255;
    });
    return photo.draw(light, gray);
  };

  return {
    content: [
      ready.node,
      scroller,
      row(...numbers.map(({ node }) => node), add.node, remove.node),
      cost.node,
      trouble.node,
      row(guess.node, check.node, open.node),
      answer.node,
      row(photoPanel.node, mapPanel.node),
      view.node,
    ],
    draw() {
      const found = walk(layers(), SIDE);
      const counts = paths(layers(), SIDE);
      if (counts.length && counts.length !== size) {
        size = counts.length;
        buildMap();
      }
      const impossible = problem();
      trouble.show(impossible);
      mapPanel.node.hidden = Boolean(impossible);
      drawLines(found);
      const sum = (name) => found.reduce((all, each) => all + each[name], 0).toLocaleString("en");
      cost.show(
        `In all ${sum("parameters")} parameters and ${sum("operations")} multiply-adds, with ${CHANNELS} channels in every layer.`,
      );
      add.enable(layers().length < MOST);
      remove.enable(layers().length > 1);
      check.enable(!impossible);
      answer.show(guessed === JSON.stringify(layers()) ? told : "");
      if (impossible) return photo.draw(pixels, (value) => gray(value / 255));
      map.draw(blurred(counts, pixels), (value) => gray(value / 255));
      map.mark(...unit(), 1);
      mapPanel.caption(`${size} × ${size} units: point at one, or move with the arrow keys`);
      photoPanel.caption(sees());
      return drawPhoto(counts);
    },
  };
});
