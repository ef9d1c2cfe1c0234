// Type a word, see its sounds, and find the letters that each sound hangs on.
import { heat, css, key } from "../toolkit/color.js";
import { button, textField, toggle } from "../toolkit/controls.js";
import { column, interactive, message, note, row } from "../toolkit/figure.js";
import { cellGrid } from "../toolkit/grid.js";
import { argmax } from "../toolkit/nn/tensor.js";
import { look, write } from "./network.js";

const LONGEST = 14;
const FIRST = 3; // the token of the first phone

/** What is wrong with a word, or "". */
export function problemWith(word) {
  const unknown = [...word].find((c) => c < "a" || c > "z");
  if (unknown) return `The network knows the letters a to z, not “${unknown}”.`;
  if (!word) return "Type at least one letter.";
  return word.length > LONGEST ? `At most ${LONGEST} letters.` : "";
}

const faint = (weight) => {
  const [r, g, b, a] = heat(weight);
  return css([r, g, b, 0.75 * a]);
};
const percent = (p) => `${Math.round(100 * p)}%`;

export default interactive("From letters to sounds", (state) => {
  let weights = null;
  let known = {}; // of the word that was spelled last
  const problem = message();
  const phones = state.get("phones");
  const name = (token) => phones[token - FIRST] ?? "END";
  const forget = () => state.set({ tried: [] });

  const spelled = () => {
    const word = state.get("word");
    if (known.word !== word) known = { word, ...write(word, weights) };
    return known;
  };
  /** What is written at sound t with letter i out of sight. */
  const without = (t, i) => {
    const { queries, states } = spelled();
    const { odds } = look(queries[t], states, weights, i);
    const token = argmax(odds);
    return { sound: name(token), share: odds.data[token] };
  };
  const told = (t, i) => {
    const { sound, share } = without(t, i);
    const [old, letter] = [name(spelled().tokens[t]), state.get("word")[i]];
    const place = `${letter.toUpperCase()} (letter ${i + 1})`;
    return sound === old
      ? `Without the state of ${place}, ${old} is still written, at ${percent(share)}.`
      : `Without the state of ${place}, the network writes ${sound} (${percent(share)}) in place of ${old}.`;
  };

  const word = textField(state, "word", {
    label: "Word",
    maxLength: LONGEST,
    check: problemWith,
    after: () => {
      forget();
      state.say(() =>
        weights ? `It says: ${spelled().tokens.map(name).join(" ")}` : "",
      );
    },
  });
  const show = toggle(state, "shown", { label: "show where it looks" });
  const again = button("Unblock all", () => {
    forget();
    state.say("All letters are in sight again.");
  });
  const grid = cellGrid({
    label:
      "Sounds down, letters across: choose a cell to block its letter for its sound",
    rows: 2,
    cols: 2,
    choose: (r, c) => {
      const [t, i] = [r - 1, c - 1];
      if (!weights || t < 0 || i < 0) return;
      const others = state.get("tried").filter(([u, j]) => u !== t || j !== i);
      state.set({ tried: [...others, [t, i]] });
      state.say(() => told(t, i));
    },
  });
  const says = note();

  state.weights("speller").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () =>
      problem.show("The network could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      row(word.node, show.node, again.node),
      column(grid.node, key.heat("weight 0", "1")),
      says.node,
      problem.node,
    ],
    draw() {
      if (!weights) return says.show("The network is on its way.");
      const letters = [...state.get("word")];
      const { tokens, queries, states } = spelled();
      const shown = state.get("shown");
      const looks = queries.map((q) => look(q, states, weights).weights.data);
      const tried = state
        .get("tried")
        .filter(([t, i]) => t < tokens.length && i < letters.length);
      grid.resize(tokens.length + 1, letters.length + 1);
      const cells = (r, c) => {
        const [t, i] = [r - 1, c - 1];
        if (r === 0 && c === 0) return { text: "", fill: "none", label: "corner" };
        if (r === 0)
          return { text: letters[i], fill: "none", label: `letter ${letters[i]}` };
        if (c === 0) {
          const sound = name(tokens[t]);
          return { text: sound, fill: "var(--soft)", label: `sound ${sound}` };
        }
        const blocked = tried.some(([u, j]) => u === t && j === i);
        const now = blocked ? without(t, i).sound : "";
        const kept = now === name(tokens[t]);
        const weight = shown ? `, weight ${looks[t][i].toFixed(2)}` : "";
        const result = kept ? "blocked, still written" : `blocked: ${now} is written`;
        return {
          text: blocked ? (kept ? "✓" : now) : "",
          fill: shown ? faint(looks[t][i]) : "none",
          dim: kept,
          label: `sound ${name(tokens[t])}, letter ${letters[i]}, ${blocked ? result : "not blocked"}${weight}`,
        };
      };
      const last = tried.at(-1);
      grid.show(cells, last ? { current: [last[0] + 1, last[1] + 1] } : {});
      says.show(
        last
          ? told(...last)
          : "Choose a cell: its letter is blocked for its sound. ✓ means that the sound is still written.",
      );
    },
  };
});
