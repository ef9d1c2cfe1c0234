// What the interactive figures share: making elements, showing numbers, speaking up.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set([
  "svg",
  "g",
  "rect",
  "text",
  "path",
  "defs",
  "pattern",
  "title",
]);

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

/** The outermost element of a figure. JupyterLab is told to leave its keys alone. */
export function figure(name, label, ...children) {
  const attributes = { role: "group", "aria-label": label };
  return element(
    "div",
    { class: `c2a-live ${name}`, ...attributes, "data-lm-suppress-shortcuts": "true" },
    ...children,
  );
}

/** At most `digits` decimals, no trailing zeros, a true minus sign. */
export function formatNumber(value, digits = 2) {
  const text = String(Number(value.toFixed(digits)) + 0);
  return text.replace("-", "\u2212");
}

/** Positive values are purple, negative ones orange (after ColorBrewer PuOr); zero is
 *  what lies behind, so that it is neutral on a light and on a dark page. */
export const POSITIVE = [134, 98, 210];
export const NEGATIVE = [226, 122, 16];

/** RGBA of a signed value; full color at |value| = scale, transparent at zero. */
export function signedColor(value, scale) {
  const strength = scale > 0 ? Math.min(Math.abs(value) / scale, 1) : 0;
  return [...(value < 0 ? NEGATIVE : POSITIVE), Math.round(255 * strength)];
}

/** CSS color that tints a cell by its sign and size, faint enough to read text on. */
export function tint(value, scale) {
  const [r, g, b, a] = signedColor(value, scale);
  return `rgb(${r} ${g} ${b} / ${((0.45 * a) / 255).toFixed(3)})`;
}

/** A row of exclusive choices made of radio buttons: { node, show(value) }. */
export function choices(label, options, choose) {
  const name = `c2a-${Math.random().toString(36).slice(2)}`;
  const inputs = new Map();
  const node = element(
    "fieldset",
    { class: "c2a-choices" },
    element("legend", {}, label),
  );
  for (const [value, text] of options) {
    const input = element("input", { type: "radio", name, value });
    input.addEventListener("change", () => choose(value));
    inputs.set(value, input);
    node.append(element("label", {}, input, element("span", {}, text)));
  }
  const show = (value) => {
    for (const [key, input] of inputs) input.checked = key === value;
  };
  return { node, show };
}

/** A polite live region that speaks once the reader has paused: { node, say(text) }. */
export function announcer(delay = 600) {
  const node = element("p", {
    class: "c2a-hidden",
    role: "status",
    "aria-live": "polite",
  });
  let timer;
  const say = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (node.textContent = text), delay);
  };
  return { node, say };
}

/** Call `update` once after any number of changes to these traits in one turn. */
export function onChange(model, traits, update) {
  let waiting = false;
  const events = traits.map((trait) => `change:${trait}`).join(" ");
  const schedule = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      update();
    });
  };
  model.on(events, schedule);
  return () => model.off(events, schedule);
}

/** Set traits and tell the kernel, where there is one. */
export function assign(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}
