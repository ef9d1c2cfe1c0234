// The frame of every interactive figure: state, redrawing, elements, places, words.
import { loadWeights } from "./nn/weights.js";

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(
  "svg g rect circle line text tspan path polyline polygon title defs marker".split(
    " ",
  ),
);

/** An element with attributes and children; text is always set as text. */
export function element(tag, attributes = {}, ...children) {
  const node = SVG_TAGS.has(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** At most `digits` decimals, no trailing zeros, a true minus sign. */
export function formatNumber(value, digits = 2) {
  const text = String(Number(value.toFixed(digits)) + 0);
  return text.replace("-", "\u2212");
}

/** Bytes of a trait, which a widget gives as a view on a larger buffer. */
function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A polite live region that speaks once the reader has paused; `say` takes a text, or a
 *  function that gives one, called when everything is drawn. */
function announcer(delay = 600) {
  const node = element("p", {
    class: "c2a-hidden",
    role: "status",
    "aria-live": "polite",
  });
  let timer;
  const say = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      node.textContent = typeof text === "function" ? text() : text;
    }, delay);
  };
  return { node, say, stop: () => clearTimeout(timer) };
}

/** What a figure's parts share: its traits, its redrawing, its voice. */
class State {
  #model;
  #waiting = false;
  #drawings = [];
  #stops = [];

  constructor(model, say) {
    this.#model = model;
    this.say = say;
    const schedule = () => this.redraw();
    model.on("change", schedule);
    this.onStop(() => model.off("change", schedule));
  }

  get(trait) {
    return this.#model.get(trait);
  }

  /** Set traits and tell the kernel, where there is one. */
  set(traits) {
    for (const [name, value] of Object.entries(traits)) this.#model.set(name, value);
    this.#model.save_changes();
  }

  bytes(trait) {
    return bytesOf(this.get(trait));
  }

  /** Numbers of a trait of bytes, written in Python as little-endian float32. */
  floats(trait) {
    return new Float32Array(this.bytes(trait).slice().buffer);
  }

  /** Promise of the arrays of `c2a/weights/NAME.npz`: name -> tensor. */
  weights(name) {
    return loadWeights(this.#model, name);
  }

  /** Have `drawing` called at the start and after changes, after the figure's own. */
  onDraw(drawing) {
    this.#drawings.push(drawing);
  }

  onStop(stop) {
    this.#stops.push(stop);
  }

  start(draw) {
    if (draw) this.#drawings.unshift(draw);
    this.#draw();
  }

  #draw() {
    for (const drawing of this.#drawings) drawing();
  }

  /** Draw once after any number of changes in one turn. */
  redraw() {
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      this.#draw();
    });
  }

  stop() {
    this.#drawings = [];
    for (const stop of this.#stops) stop();
  }
}

/**
 * The default export of a figure's module.
 * `build(state)` runs once and gives { content: nodes, draw() }. JupyterLab is told to
 * leave the figure's keys alone.
 */
export function interactive(label, build) {
  return {
    render({ model, el }) {
      const voice = announcer();
      const state = new State(model, voice.say);
      const { content, draw } = build(state);
      const name = model.get("figure").replaceAll("_", "-");
      const attributes = {
        class: `c2a-live c2a-${name}`,
        role: "group",
        "aria-label": label,
        "data-lm-suppress-shortcuts": "true",
      };
      el.append(element("div", attributes, ...content, voice.node));
      state.start(draw);
      return () => {
        voice.stop();
        state.stop();
      };
    },
  };
}

// --- places -----------------------------------------------------------------------

/** Side by side, below each other where there is no room. */
export function row(...nodes) {
  return element("div", { class: "c2a-row" }, ...nodes);
}

export function column(...nodes) {
  return element("div", { class: "c2a-column" }, ...nodes);
}

/** A picture with its caption below: { node, caption(text) }. */
export function panel(caption, ...nodes) {
  const words = element("figcaption", {}, caption);
  const node = element("figure", { class: "c2a-panel" }, ...nodes, words);
  return { node, caption: (...parts) => words.replaceChildren(...parts) };
}

/** A sign between two panels. */
export function symbol(text) {
  return element("span", { class: "c2a-symbol", "aria-hidden": "true" }, text);
}

// --- words ------------------------------------------------------------------------

/** A line of explanation: { node, show(...parts) }. */
export function note(text = "") {
  const node = element("p", { class: "c2a-note" }, text);
  return { node, show: (...parts) => node.replaceChildren(...parts) };
}

/** What is wrong with the settings, hidden while nothing is: { node, show(text) }. */
export function message() {
  const node = element("p", { class: "c2a-message", hidden: "" });
  const show = (text) => {
    node.textContent = text;
    node.hidden = !text;
  };
  return { node, show };
}

/** An answer that stays closed until the reader, having tried, opens it. */
export function reveal(question, ...nodes) {
  const summary = element("summary", {}, question);
  return element("details", { class: "c2a-reveal" }, summary, ...nodes);
}
