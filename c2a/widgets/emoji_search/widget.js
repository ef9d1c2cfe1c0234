// Find an emoji by your words: a small text transformer against held-out pictures.
import { presets, select, textField, toggle } from "../toolkit/controls.js";
import {
  element,
  formatNumber,
  interactive,
  message,
  note,
  panel,
} from "../toolkit/figure.js";
import { picture } from "../toolkit/picture.js";
import { dense, embedding } from "../toolkit/nn/dense.js";
import { layerNorm } from "../toolkit/nn/norm.js";
import { row as rowOf, tensor } from "../toolkit/nn/tensor.js";
import { block, stacked } from "../patch_attention/vit.js";

const SIDE = 32;
const SHOWN = 12;
const LONGEST = 12; // words: as many as a caption had in training
const ALL = -1;

/** The words of a query, and their numbers in the vocabulary (from 1; 0: never read). */
export function read(query, vocabulary) {
  const words = query
    .toLowerCase()
    .split(/[^a-z0-9-]+/)
    .filter(Boolean);
  return words.map((word) => ({ word, number: vocabulary.indexOf(word) + 1 }));
}

/** The vector of length one that the words' numbers get: (32,). */
export function encode(numbers, w) {
  const cls = tensor([1, w["text.cls"].shape.at(-1)], w["text.cls"].data);
  const kept = numbers.slice(0, LONGEST);
  const tokens = kept.length
    ? stacked(cls, embedding(kept, w["text.embedding.weight"]))
    : cls;
  const { output } = block(tokens, w, "text.block", 4);
  const first = rowOf(layerNorm(output, w["text.norm.weight"], w["text.norm.bias"]), 0);
  const { data } = dense(first, w["text.head.weight"], w["text.head.bias"]);
  const length = Math.hypot(...data);
  return Array.from(data, (value) => value / length);
}

/** Cosine of a query's vector with each picture's: (N,). */
export function cosines(vector, { shape: [count, width], data }) {
  return Array.from({ length: count }, (_, n) =>
    vector.reduce((sum, value, i) => sum + value * data[n * width + i], 0),
  );
}

/** Pixels [r, g, b] of picture n, from planes of -1 to 1. */
export function pixels({ data }, n) {
  const size = SIDE * SIDE;
  return Array.from({ length: size }, (_, i) =>
    [0, 1, 2].map((c) => Math.round(127.5 * (data[(3 * n + c) * size + i] + 1))),
  );
}

export default interactive("Find an emoji by your words", (state) => {
  const problem = message();
  const vocabulary = state.get("vocabulary");
  const names = state.get("names");
  const labels = state.get("labels");
  let weights = null;

  const query = textField(state, "query", { label: "words", maxLength: 60 });
  const tries = presets(state, {
    label: "words to try",
    options: state.get("tries").map((text) => [text, { query: text }]),
  });
  const within = select(state, "category", {
    label: "search among",
    options: [
      [ALL, "all 229 held-out pictures"],
      ...state.get("categories").map((c, k) => [k, c]),
    ],
  });
  const reveal = toggle(state, "named", { label: "show their names" });
  const says = note();
  const results = Array.from({ length: SHOWN }, (_, place) => {
    const shown = picture({ label: `result ${place + 1}`, rows: SIDE, cols: SIDE });
    return { shown, ...panel("", shown.node) };
  });

  state.weights("emoji-words").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () => problem.show("The model could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      query.node,
      tries.node,
      element("div", { class: "c2a-row" }, within.node, reveal.node),
      says.node,
      element(
        "div",
        { class: "c2a-emoji-results" },
        ...results.map(({ node }) => node),
      ),
      problem.node,
    ],
    draw() {
      const words = read(state.get("query"), vocabulary);
      const known = words.filter(({ number }) => number);
      const strange = words.filter(({ number }) => !number).map(({ word }) => word);
      const missing = strange.length
        ? ` It has never read: ${strange.join(", ")}.`
        : "";
      says.show(
        known.length
          ? `It reads: ${known.map(({ word }) => word).join(", ")}.${missing}`
          : `It knows none of these words. This is what it answers to silence.${missing}`,
      );
      if (!weights) return;
      const scores = cosines(
        encode(
          known.map(({ number }) => number),
          weights,
        ),
        weights.vectors,
      );
      const category = state.get("category");
      const order = names
        .map((_, n) => n)
        .filter((n) => category === ALL || labels[n] === category)
        .sort((a, b) => scores[b] - scores[a]);
      results.forEach(({ shown, node, caption }, place) => {
        const n = order[place];
        node.hidden = n === undefined;
        if (n === undefined) return;
        shown.draw(pixels(weights.pictures, n), (rgb) => [...rgb, 255]);
        shown.node.setAttribute("aria-label", `result ${place + 1}: ${names[n]}`);
        caption(
          `${formatNumber(scores[n])}${state.get("named") ? ` ${names[n]}` : ""}`,
        );
      });
      state.say(
        `First: ${order
          .slice(0, 3)
          .map((n) => names[n])
          .join(", ")}.${missing}`,
      );
    },
  };
});
