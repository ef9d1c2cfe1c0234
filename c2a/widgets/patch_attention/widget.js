// Click a patch of a garment, and see where a vision transformer looks from there.
import { gray, heat, key } from "../toolkit/color.js";
import { choices, toggle } from "../toolkit/controls.js";
import { column, interactive, message, note, panel, row } from "../toolkit/figure.js";
import { picture, thumbnails } from "../toolkit/picture.js";
import { conv2d } from "../toolkit/nn/conv.js";
import { add, matmul, tensor } from "../toolkit/nn/tensor.js";
import { block, stacked, tokensOf } from "./vit.js";

const SIDE = 28;
const PATCH = 4;
const GRID = SIDE / PATCH;
const HEADS = 4;
const BLOCKS = 3;
const MEAN = HEADS; // this choice of head: the mean over all

/** Attention of each block (heads, 50, 50) for gray values (784, 0 to 255). */
export function maps(pixels, w, net) {
  const image = tensor(
    [1, SIDE, SIDE],
    Float64Array.from(pixels, (v) => (v / 255 - 0.286) / 0.353),
  );
  const own = (name) => w[`${net}.${name}`];
  const patches = conv2d(image, own("patches.weight"), own("patches.bias"), {
    stride: PATCH,
  });
  const cls = tensor([1, patches.shape[0]], own("cls").data);
  const tokens = stacked(cls, tokensOf(patches));
  let x = add(tokens, tensor(tokens.shape, own("positions").data));
  return Array.from({ length: BLOCKS }, (_, number) => {
    const { output, weights } = block(x, w, `${net}.blocks.${number}`, HEADS);
    x = output;
    return weights;
  });
}

/** One head's table (T, T), or the mean over the heads. */
export function table({ shape: [heads, n], data }, head) {
  if (head < heads) return tensor([n, n], data.slice(head * n * n, (head + 1) * n * n));
  const mean = tensor([n, n]);
  data.forEach((value, i) => (mean.data[i % (n * n)] += value / heads));
  return mean;
}

/** What has come through all blocks (T, T): half looking, half residual, multiplied. */
export function rollout(all) {
  return all.reduce((through, weights) => {
    const mean = table(weights, Infinity);
    const n = mean.shape[0];
    const mixed = tensor(
      [n, n],
      mean.data.map((value, i) => (value + Number(i % (n + 1) === 0)) / 2),
    );
    return through ? matmul(mixed, through) : mixed;
  }, null);
}

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;

export default interactive("Where a patch looks", (state) => {
  const problem = message();
  const bytes = state.bytes("pictures");
  const size = SIDE * SIDE;
  const garments = state.get("names").map((label, k) => ({
    label,
    rows: SIDE,
    cols: SIDE,
    values: Array.from(bytes.slice(k * size, (k + 1) * size), (v) => v / 255),
  }));
  let weights = null;
  let held = { garment: -1 };

  const chooser = thumbnails(state, "garment", {
    label: "garment",
    images: garments,
    color: gray,
  });
  const place = () => [
    Math.floor(state.get("patch") / GRID),
    state.get("patch") % GRID,
  ];
  const go = (r, c) => {
    const inside = (v) => Math.min(Math.max(v, 0), GRID - 1);
    state.set({ patch: inside(r) * GRID + inside(c), from_class: false });
  };
  const center = (v) => PATCH * v + (PATCH - 1) / 2;
  const board = picture({
    label: "Garment: click a patch, or move with the arrow keys",
    rows: SIDE,
    cols: SIDE,
    // The pointer names a whole pixel, a key a step away from the middle of a patch.
    move: (...pixel) =>
      go(
        ...pixel.map((v, axis) =>
          Number.isInteger(v)
            ? Math.floor(v / PATCH)
            : place()[axis] + Math.sign(v - center(place()[axis])),
        ),
      ),
  });
  const boardPanel = panel("", board.node);
  const view = (name) => {
    const heatmap = picture({
      label: `Where it looks, ${name} net`,
      rows: GRID,
      cols: GRID,
    });
    return { heatmap, ...panel("", heatmap.node) };
  };
  const views = { trained: view("trained"), untrained: view("untrained") };

  const asker = toggle(state, "from_class", { label: "the class token looks" });
  const blocks = choices(state, "block", {
    label: "block",
    options: [
      [0, "1"],
      [1, "2"],
      [2, "3"],
      [BLOCKS, "rollout of all"],
    ],
  });
  const heads = choices(state, "head", {
    label: "head",
    options: [
      [0, "1"],
      [1, "2"],
      [2, "3"],
      [3, "4"],
      [MEAN, "mean"],
    ],
  });
  const control = toggle(state, "untrained", { label: "show the untrained net" });
  const says = note();

  state.weights("vit-garments").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () =>
      problem.show("The network could not be loaded. Reload the page to try again."),
  );

  /** Attention of both nets for the chosen garment, computed once. */
  const attention = () => {
    const garment = state.get("garment");
    if (held.garment !== garment) {
      const pixels = bytes.slice(garment * size, (garment + 1) * size);
      held = { garment };
      for (const net of Object.keys(views)) held[net] = maps(pixels, weights, net);
    }
    return held;
  };

  return {
    content: [
      chooser.node,
      row(asker.node, blocks.node, heads.node, control.node),
      row(
        column(boardPanel.node),
        ...Object.values(views).map(({ node }) => column(node)),
      ),
      key.heat("0", "largest"),
      says.node,
      problem.node,
    ],
    draw() {
      const [r, c] = place();
      const fromClass = state.get("from_class");
      const whole = state.get("block") === BLOCKS;
      board.draw(garments[state.get("garment")].values, gray);
      board.mark(center(r), center(c), PATCH);
      const garment = garments[state.get("garment")].label;
      boardPanel.caption(
        fromClass
          ? `${garment}: the class token looks`
          : `${garment}: patch in row ${r + 1}, column ${c + 1} looks`,
      );
      views.untrained.node.hidden = !state.get("untrained");
      if (!weights) return;
      const told = [];
      for (const [net, { heatmap, caption, node }] of Object.entries(views)) {
        if (node.hidden) continue;
        const all = attention()[net];
        const { data, shape } = whole
          ? rollout(all)
          : table(all[state.get("block")], state.get("head"));
        const from = (fromClass ? 0 : r * GRID + c + 1) * shape[0];
        const toClass = data[from];
        const shares = data.slice(from + 1, from + shape[0]);
        const top = Math.max(...shares);
        const best = shares.indexOf(top);
        heatmap.draw(
          shares.map((share) => share / top),
          heat,
        );
        if (!fromClass) heatmap.mark(r, c, 1);
        else heatmap.mark(-1, -1, 0);
        const most = `row ${Math.floor(best / GRID) + 1}, column ${(best % GRID) + 1}`;
        caption(`${net}: most at ${most} (${percent(top)})`);
        told.push(
          `${net}: most at ${most}, ${percent(top)}; class token ${percent(toClass)}`,
        );
      }
      says.show(
        `${told.join(". ")}.`,
        whole ? " Rollout averages over the heads." : "",
      );
      state.say(told.join(". "));
    },
  };
});
