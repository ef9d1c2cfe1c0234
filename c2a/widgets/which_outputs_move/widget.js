// Change one sound of a word and see which outputs of a network move.
import { tint } from "../toolkit/color.js";
import { button, select } from "../toolkit/controls.js";
import { element, interactive, message, note, row } from "../toolkit/figure.js";
import { argmax, softmax } from "../toolkit/nn/tensor.js";
import { logits, moves } from "./networks.js";

const LONGEST = 8; // sounds
const STILL = 1e-9; // a logit that moves less has not moved: rounding
const MARK_NAMES = ["no stress", "primary stress", "secondary stress"];
const WHY = {
  ahead: "It reads ahead, so a sound reaches its own output and all that come later.",
  late: "It reads ahead and answers two sounds late. By then it has heard a sound that comes up to two places after the one it answers for.",
  back: "It reads back, so a sound reaches its own output and all that stand before it.",
  both: "One direction carries a sound to the right, the other to the left. Together they reach every output.",
  deep: "One layer of both directions reaches every output already. A second layer changes what is done with it, not how far it goes.",
  window:
    "Each kernel of 3 reaches one place to either side, and two of them reach two.",
  causal:
    "Each kernel reaches back over two places, and two of them over four. So a sound reaches its own output and the next four.",
  normalized:
    "The recurrent layer reads ahead. But every unit is then measured against its mean over the whole word, and the mean has heard everything: this network peeks.",
};

/** What a reader who marked some outputs is told about those that moved. */
export function verdict(network, marked, moved) {
  const missed = moved.filter((t) => !marked.includes(t)).length;
  const extra = marked.filter((t) => !moved.includes(t)).length;
  if (!missed && !extra) return `Right. ${WHY[network]}`;
  const outputs = (count) => (count === 1 ? "1 output" : `${count} outputs`);
  const parts = [
    missed && `${outputs(missed)} moved that you had not marked`,
    extra && `${outputs(extra)} stayed that you had marked`,
  ];
  const text = parts.filter(Boolean).join(", and ");
  return `Not quite: ${text}. ${WHY[network]}`;
}

export default interactive("Which outputs move", (state) => {
  let weights;
  const trouble = message();
  const numbers = new Map(state.get("phones").map((phone, i) => [phone, i + 1]));
  const sounds = () => state.get("words")[state.get("word")].split(" ");
  const place = () => Math.min(state.get("place"), sounds().length - 1);
  const changed = () =>
    sounds().map((sound, t) => (t === place() ? state.get("other") : sound));
  const number = (phones) => phones.map((phone) => numbers.get(phone));
  const same = () => sounds()[place()] === state.get("other");

  const again = () => state.set({ answered: false, marked: [] });
  const list = (trait, label, options) =>
    select(state, trait, { label, options, after: again });
  const network = list(
    "network",
    "network",
    Object.entries(state.get("networks")).map(([key, text]) => [key, text]),
  );
  const word = list(
    "word",
    "word",
    Object.keys(state.get("words")).map((key) => [key, key]),
  );
  const other = list(
    "other",
    "put there",
    state.get("phones").map((phone) => [phone, phone]),
  );

  const columns = (make) => Array.from({ length: LONGEST }, (_, t) => make(t));
  const choose = columns((t) =>
    button("", () => {
      state.set({ place: t, answered: false, marked: [] });
      state.say(`Sound ${t + 1}, ${sounds()[t]}, will be changed.`);
    }),
  );
  const expect = columns((t) =>
    button("", () => {
      const marked = state.get("marked");
      const next = marked.includes(t)
        ? marked.filter((other) => other !== t)
        : [...marked, t];
      state.set({ marked: next, answered: false });
    }),
  );
  const plain = () => columns(() => element("td", {}));
  const lines = [
    ["sound", columns((t) => element("td", {}, choose[t].node))],
    ["changed", plain()],
    ["will it move?", columns((t) => element("td", {}, expect[t].node))],
    ["moved by", plain()],
    ["stress before", plain()],
    ["stress after", plain()],
  ];
  const [, [, fresh], , [, by], [, before], [, after]] = lines;
  const table = element(
    "table",
    {},
    element(
      "tbody",
      {},
      ...lines.map(([name, cells]) =>
        element("tr", {}, element("th", { scope: "row" }, name), ...cells),
      ),
    ),
  );
  const scroller = element(
    "div",
    {
      class: "c2a-moves",
      role: "region",
      tabindex: 0,
      "aria-label": "Sounds and outputs",
    },
    table,
  );

  const moved = () =>
    moves(state.get("network"), number(sounds()), number(changed()), weights);
  const places = (sizes) => sizes.flatMap((size, t) => (size > STILL ? [t] : []));
  const key = note(
    "Stress: 1 primary, 2 secondary, 0 none; below it, how sure the network is.",
  );
  const told = note();
  const go = button("Change it", () => {
    state.set({ answered: true });
    state.say(verdict(state.get("network"), state.get("marked"), places(moved())));
  });

  state.weights("stress-readers").then(
    (found) => {
      weights = found;
      state.redraw();
    },
    () => trouble.show("The networks could not be loaded."),
  );

  const show = (cell, text, { fill = "", label = "" } = {}) => {
    cell.textContent = text;
    cell.style.background = fill;
    if (label) cell.setAttribute("aria-label", label);
    else cell.removeAttribute("aria-label");
  };
  const stress = (cell, scores) => {
    const mark = argmax(scores);
    const share = Math.round(100 * softmax(scores).data[mark]);
    show(cell, mark, { label: `${MARK_NAMES[mark]}, ${share} percent` });
    cell.append(element("small", {}, `${share}%`));
  };
  const vowel = (sound) => "AEIOU".includes(sound[0]);

  return {
    content: [
      row(network.node, word.node, other.node),
      scroller,
      key.node,
      row(go.node),
      told.node,
      trouble.node,
    ],
    draw() {
      const [old, next, marked] = [sounds(), changed(), state.get("marked")];
      const ready = Boolean(weights) && !same();
      const open = ready && state.get("answered");
      const sizes = open ? moved() : [];
      const most = Math.max(...sizes, STILL);
      const scores = weights ? logits(state.get("network"), number(old), weights) : [];
      const then = open ? logits(state.get("network"), number(next), weights) : [];
      columns((t) => {
        for (const [, cells] of lines) cells[t].hidden = t >= old.length;
        if (t >= old.length) return;
        choose[t].text(old[t]);
        choose[t].node.setAttribute("aria-label", `change sound ${t + 1}, ${old[t]}`);
        choose[t].node.setAttribute("aria-pressed", String(t === place()));
        const wanted = marked.includes(t);
        expect[t].text(wanted ? "yes" : "–");
        expect[t].node.setAttribute("aria-label", `output ${t + 1} will move`);
        expect[t].node.setAttribute("aria-pressed", String(wanted));
        show(fresh[t], t === place() ? next[t] : "");
        const still = open && sizes[t] <= STILL;
        const size = sizes[t] >= 0.005 ? sizes[t]?.toFixed(2) : "tiny";
        show(by[t], !open ? "?" : still ? "0" : size, {
          fill: open && !still ? tint(0.3 * most + sizes[t], 1.3 * most) : "",
        });
        for (const [cell, found] of [
          [before[t], scores],
          [after[t], then],
        ]) {
          if (found.length && vowel((cell === before[t] ? old : next)[t]))
            stress(cell, found[t]);
          else show(cell, "");
        }
      });
      go.enable(ready && !open);
      if (same())
        told.show(
          `${state.get("other")} is the sound that is there. Choose another one to put there.`,
        );
      else if (open) told.show(verdict(state.get("network"), marked, places(sizes)));
      else
        told.show(
          "Choose a sound to change, mark the outputs that will move, then change it.",
        );
    },
  };
});
