// A transformer writes plays, letter by letter; or you guess against it.
import { barChart } from "../toolkit/bars.js";
import { COLORS } from "../toolkit/color.js";
import { button, choices, slider, textField } from "../toolkit/controls.js";
import { column, element, interactive, message, note, row } from "../toolkit/figure.js";
import { distribution, draw as drawOne } from "../toolkit/nn/sampling.js";
import { freshReader, readTo, windowStart } from "./reader.js";

const SHOWN = 9;
const NAMES = { " ": "space", "\n": "end of line" };
const named = (symbol) => NAMES[symbol] ?? symbol;
const percent = (p) => (p > 0 && p < 0.005 ? "under 1%" : `${Math.round(100 * p)}%`);

/** What the next letter is drawn from: (64,). */
export function odds(logits, temperature, topK, topP) {
  const cut = topP === 1 ? undefined : topP; // 1 must not lose a letter to rounding
  return distribution(logits, { temperature, topK, topP: cut });
}

/** Hits of the reader and of the network, after one more guess. */
export function scored(tally, guess, first, truth) {
  return {
    tries: tally.tries + 1,
    reader: tally.reader + Number(guess === truth),
    network: tally.network + Number(first === truth),
  };
}

export default interactive("A transformer writes plays", (state) => {
  const problem = message();
  const symbols = state.get("symbols");
  let weights = null;
  let reader = freshReader();
  let tally = { tries: 0, reader: 0, network: 0 };
  let last = null; // the last guess: what was said, what stands there, and the odds
  let running = null;

  const guessing = () => state.get("mode") === "guess";
  const beginning = () => state.get("begin").replaceAll("/", "\n");
  const text = () =>
    guessing()
      ? state.get("passage").slice(0, state.get("place"))
      : beginning() + state.get("written");

  /** Odds of the next letter after the text, with or without the three settings. */
  const now = (plain = false) => {
    const tokens = [...text()].map((c) => symbols.indexOf(c));
    reader = readTo(reader, tokens.slice(windowStart(tokens.length)), weights);
    if (plain) return odds(reader.logits, 1);
    const settings = ["temperature", "top_k", "top_p"].map((k) => state.get(k));
    return odds(reader.logits, ...settings);
  };

  const mode = choices(state, "mode", {
    label: "What to do",
    options: [
      ["write", "let it write"],
      ["guess", "guess against it"],
    ],
    after: () => stop(),
  });
  const begin = textField(state, "begin", {
    label: "Begin with (“/” ends a line)",
    maxLength: 60,
    check: (typed) => {
      const unknown = [...typed].find((c) => c !== "/" && !symbols.includes(c));
      if (unknown) return `The network has never seen “${unknown}”.`;
      return typed ? "" : "Type at least one letter.";
    },
    after: () => {
      stop();
      state.set({ written: "" });
    },
  });
  const temperature = slider(state, "temperature", {
    label: "temperature",
    min: 0.1,
    max: 2,
    step: 0.1,
    format: (v) => v.toFixed(1),
  });
  const topK = slider(state, "top_k", {
    label: "top-k",
    min: 1,
    max: 64,
    step: 1,
    format: (k) => (k === 64 ? "all 64" : `the ${k} likeliest`),
  });
  const topP = slider(state, "top_p", {
    label: "top-p",
    min: 0.05,
    max: 1,
    step: 0.05,
    format: (p) => p.toFixed(2),
  });

  /** Draw one letter and write it down. */
  const add = () => {
    const symbol = symbols[drawOne(now(), Math.random)];
    state.set({ written: state.get("written") + symbol });
    return symbol;
  };
  const stop = () => {
    clearInterval(running);
    running = null;
  };
  const one = button("Draw one letter", () => {
    if (!weights) return;
    stop();
    const symbol = add();
    state.say(`drawn: ${named(symbol)}`);
  });
  const many = button("Write on", () => {
    if (!weights) return;
    if (running) return stop();
    let left = 120;
    const from = state.get("written").length;
    running = setInterval(() => {
      add();
      if (--left > 0) return;
      stop();
      state.say(`written: ${state.get("written").slice(from)}`);
    }, 30);
  });
  const again = button("Start again", () => {
    stop();
    state.set({ written: "" });
    state.say("only your beginning is left");
  });
  state.onStop(stop);

  const guess = textField(state, "guess", {
    label: "The next letter is (“/” for the end of a line)",
    maxLength: 1,
    after: (typed) => {
      if (!weights || !typed || state.get("place") >= state.get("passage").length) {
        return;
      }
      const said = typed === "/" ? "\n" : typed;
      const p = now(true);
      const first = symbols[p.indexOf(Math.max(...p))];
      const truth = state.get("passage")[state.get("place")];
      tally = scored(tally, said, first, truth);
      last = { said, first, truth, p };
      state.set({ guess: "", place: state.get("place") + 1 });
      state.say(() => told());
    },
  });
  const told = () =>
    last
      ? `You said ${named(last.said)}, the network ${named(last.first)}; it is ` +
        `${named(last.truth)}. Right so far: you ${tally.reader}, the network ` +
        `${tally.network}, of ${tally.tries}.`
      : "Type a letter. Then see what the network would have said.";

  const page = element("p", { class: "c2a-write-page" });
  const bars = barChart({ label: "Odds of the next letter" });
  const says = note();
  const writing = column(begin.node, row(one.node, many.node, again.node));
  const knobs = column(temperature.node, topK.node, topP.node);
  const asking = column(guess.node);

  /** The bars of some odds; `marked` is the letter that stands there. */
  const showOdds = (p, marked) => {
    const order = p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
    bars.show(
      order.slice(0, SHOWN).map((i) => ({
        label: named(symbols[i]),
        value: p[i],
        color: COLORS.transformer,
        marked: symbols[i] === marked,
        text: p[i] > 0 ? percent(p[i]) : "cut",
      })),
    );
  };

  state.weights("play-writer").then(
    (loaded) => {
      weights = loaded;
      state.redraw();
    },
    () =>
      problem.show("The network could not be loaded. Reload the page to try again."),
  );

  return {
    content: [
      mode.node,
      writing,
      asking,
      page,
      says.node,
      row(knobs, column(bars.node)),
      problem.node,
    ],
    draw() {
      writing.hidden = guessing();
      asking.hidden = !guessing();
      knobs.hidden = guessing();
      const own = guessing() ? text() : beginning();
      const rest = guessing() ? "" : state.get("written");
      const added = element("span", { class: "c2a-write-new" }, rest);
      page.replaceChildren(element("span", {}, own), added, "▏");
      bars.node.hidden = !weights || (guessing() && !last);
      if (!weights) return says.show("The network is on its way: 1.3 MB.");
      if (guessing()) {
        says.show(told());
        if (last) showOdds(last.p, last.truth);
        return;
      }
      const p = now();
      const left = p.filter((v) => v > 0).length;
      says.show(`The next letter is drawn from ${left} of 64.`);
      showOdds(p);
    },
  };
});
