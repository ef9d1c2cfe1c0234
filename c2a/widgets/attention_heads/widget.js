// Two readers of letters: what they expect, and where the heads of one of them look.
import { barChart } from "../toolkit/bars.js";
import { COLORS, key } from "../toolkit/color.js";
import { button, choices, textField } from "../toolkit/controls.js";
import {
  column,
  element,
  interactive,
  message,
  note,
  panel,
  row,
} from "../toolkit/figure.js";
import { cellGrid } from "../toolkit/grid.js";
import { picture } from "../toolkit/picture.js";
import { argmax, row as rowOf } from "../toolkit/nn/tensor.js";
import { HEADS, readAttending, readRecurrent } from "./networks.js";

const SYMBOLS = "abcdefghijklmnopqrstuvwxyz ";
const LONGEST = 48;
const COLUMNS = 16;
const SHOWN = 4;

const cellText = (letter) => (letter === " " ? "␣" : letter);
const named = (letter) => (letter === " " ? "a space" : `“${letter}”`);
const percent = (share) => `${Math.round(100 * share)}%`;

/** Layer and head, counted from 1. */
export const headName = (head) =>
  `${Math.floor(head / HEADS) + 1}.${(head % HEADS) + 1}`;

/** The letter that odds (T, 27) expect after place i. */
const expected = (odds, i) => SYMBOLS[argmax(rowOf(odds, i))];

/** What is wrong with a text, or nothing. */
export function wrongWith(text) {
  const unknown = [...text].find((letter) => !SYMBOLS.includes(letter));
  if (unknown) return `Small letters and spaces only: not “${unknown}”.`;
  return text.length < 2 ? "Type at least two letters." : "";
}

/** Which places, from the second on, odds (T, 27) foresee: true, false. */
export function foreseen(text, odds) {
  return [...text].map((letter, i) => i > 0 && expected(odds, i - 1) === letter);
}

const purple = (share) => [134, 98, 210, Math.round(255 * Math.min(share, 1))];
const tinted = (share) => `rgba(134, 98, 210, ${Math.min(share, 1).toFixed(3)})`;

export default interactive("Two networks read letters", (state) => {
  const problem = message();
  let weights = null;
  state.weights("letter-readers").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () =>
      problem.show("The networks could not be loaded. Reload the page to try again."),
  );
  const line = textField(state, "text", {
    label: "Text to read (small letters and spaces)",
    maxLength: LONGEST,
    check: wrongWith,
    after: () => state.say(() => told()),
  });
  const view = state.get("heads") ? inside(state) : comparison(state);
  const told = () => (weights ? view.told(weights) : "");
  return {
    content: [line.node, ...view.content, problem.node],
    draw() {
      if (weights) view.draw(weights);
    },
  };
});

const lettersOf = (text) => [...text].map((letter) => SYMBOLS.indexOf(letter));

/** What both networks expect before each letter. */
function comparison(state) {
  const names = ["text", "attention", "GRU"];
  const grid = cellGrid({
    label: "The text, and below each letter what both networks expected there",
    rows: 3,
    cols: COLUMNS,
  });
  const says = note();
  const read = (weights) => {
    const letters = lettersOf(state.get("text"));
    return {
      attention: readAttending(letters, weights).odds,
      GRU: readRecurrent(letters, weights),
    };
  };
  const summary = (odds) => {
    const text = state.get("text");
    const counts = names
      .slice(1)
      .map((name) => [name, foreseen(text, odds[name]).filter(Boolean).length]);
    const words = counts.map(([name, count]) => `${name} ${count}`).join(", ");
    return `Letters foreseen, of ${text.length - 1}: ${words}.`;
  };
  return {
    content: [
      grid.node,
      row(key.swatches([["rgba(134, 98, 210, 0.55)", "foreseen"]])),
      note("Lines: the text; what attention expected there; what the GRU expected.")
        .node,
      says.node,
    ],
    told: (weights) => summary(read(weights)),
    draw(weights) {
      const text = state.get("text");
      const odds = read(weights);
      const good = names.map((name) => (odds[name] ? foreseen(text, odds[name]) : []));
      const lines = Math.ceil(text.length / COLUMNS);
      grid.resize(3 * lines, COLUMNS);
      grid.show((r, c) => {
        const i = Math.floor(r / 3) * COLUMNS + c;
        const which = r % 3;
        if (i >= text.length) return { text: "", dim: true, fill: "none" };
        if (which === 0) return { text: cellText(text[i]), fill: "var(--soft)" };
        if (i === 0) return { text: "", fill: "none" };
        const guess = expected(odds[names[which]], i - 1);
        return {
          text: cellText(guess),
          fill: good[which][i] ? tinted(0.55) : "none",
          dim: !good[which][i],
        };
      });
      says.show(summary(odds));
    },
  };
}

/** Where the heads look, from one letter. */
function inside(state) {
  const place = () => Math.min(state.get("place"), state.get("text").length - 1);
  const read = (weights) =>
    readAttending(lettersOf(state.get("text")), weights, state.get("off"));
  const grid = cellGrid({
    label: "The text: choose the letter that asks",
    rows: 1,
    cols: COLUMNS,
    choose: (r, c) => {
      const last = state.get("text").length - 1;
      state.set({ place: Math.min(r * COLUMNS + c, last) });
      state.say(() => lastTold);
    },
  });
  const heads = Array.from({ length: 2 * HEADS }, (_, head) => head);
  const chosen = choices(state, "head", {
    label: "head (layer.head)",
    options: heads.map((head) => [head, headName(head)]),
    after: () => state.say(() => lastTold),
  });
  const flip = button("Switch this head off", () => {
    const head = state.get("head");
    const off = state.get("off");
    state.set({
      off: off.includes(head) ? off.filter((h) => h !== head) : [...off, head].sort(),
    });
    state.say(() => lastTold);
  });
  const allOn = button("All heads on", () => {
    state.set({ off: [] });
    state.say(() => lastTold);
  });
  const maps = element("div", { class: "c2a-attention-heads-maps" });
  const says = note();
  const bars = barChart({ label: "Odds of the next letter" });
  let pictures = [];
  let lastTold = "";

  const drawMaps = (found) => {
    const length = state.get("text").length;
    if (pictures[0]?.length !== length) {
      pictures = heads.map((head) => ({
        length,
        ...picture({
          label: `Map of head ${headName(head)}: rows ask, columns are asked`,
          rows: length,
          cols: length,
        }),
      }));
      const panels = pictures.map(({ node }, head) => panel(headName(head), node));
      maps.replaceChildren(...panels.map(({ node }) => node));
    }
    pictures.forEach(({ draw, node }, head) => {
      draw(Array.from(found[head].data), purple);
      node.classList.toggle("c2a-is-chosen", head === state.get("head"));
      node.classList.toggle("c2a-is-off", state.get("off").includes(head));
    });
  };

  const sentence = ({ odds, maps: found }) => {
    const text = state.get("text");
    const head = state.get("head");
    const from = rowOf(found[head], place());
    const best = argmax(from);
    const next = text[place() + 1];
    const guess = expected(odds, place());
    const outcome = next === undefined ? "" : guess === next ? " Right." : " Wrong.";
    const silent = state.get("off").includes(head) ? " (switched off)" : "";
    return (
      `From ${named(text[place()])}, letter ${place() + 1}, head ${headName(head)}` +
      `${silent} looks most at letter ${best + 1}, ${named(text[best])}: ` +
      `${percent(from.data[best])}. Expected next: ${named(guess)}.${outcome}`
    );
  };

  return {
    content: [
      grid.node,
      says.node,
      row(chosen.node),
      row(flip.node, allOn.node),
      row(
        column(panel("all maps: rows ask, columns are asked", maps).node),
        column(panel("odds of the next letter", bars.node).node),
      ),
    ],
    told: (weights) => sentence(read(weights)),
    draw(weights) {
      const text = state.get("text");
      const made = read(weights);
      const { odds, maps: found } = made;
      const head = state.get("head");
      const from = rowOf(found[head], place());
      grid.resize(Math.ceil(text.length / COLUMNS), COLUMNS);
      grid.show(
        (r, c) => {
          const i = r * COLUMNS + c;
          if (i >= text.length)
            return { text: "", dim: true, fill: "none", label: "nothing" };
          const share = from.data[i];
          return {
            text: cellText(text[i]),
            fill: i > place() ? "none" : tinted(0.75 * share),
            dim: i > place(),
            label: `${named(text[i])}, letter ${i + 1}, weight ${percent(share)}`,
          };
        },
        { current: [Math.floor(place() / COLUMNS), place() % COLUMNS] },
      );
      drawMaps(found);
      flip.node.textContent = state.get("off").includes(head)
        ? `Switch head ${headName(head)} on`
        : `Switch head ${headName(head)} off`;
      lastTold = sentence(made);
      says.show(lastTold);
      const p = Array.from(rowOf(odds, place()).data);
      const order = p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
      bars.show(
        order.slice(0, SHOWN).map((i) => ({
          label: SYMBOLS[i] === " " ? "space" : SYMBOLS[i],
          value: p[i],
          color: COLORS.transformer,
          marked: SYMBOLS[i] === text[place() + 1],
          text: percent(p[i]),
        })),
      );
    },
  };
}
