// Controls of a trait: they show its value and set it. Each is { node }.
import { element, formatNumber } from "./figure.js";

let count = 0;
const unique = (stem) =>
  `c2a-${stem}-${++count}-${Math.random().toString(36).slice(2)}`;

/** A button that acts: { node, enable(whether), text(words) }. One that is not enabled
 *  does nothing but keeps the focus, which must not vanish under a reader's hands. */
export function button(text, act, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, text);
  const off = () => node.getAttribute("aria-disabled") === "true";
  node.addEventListener("click", (event) => off() || act(event));
  return {
    node,
    enable: (whether) => node.setAttribute("aria-disabled", String(!whether)),
    text: (words) => (node.textContent = words),
  };
}

/** What a number must be, in words. */
function range(min, max, step) {
  const kind = Number.isInteger(step) ? "a whole number" : "a number";
  if (min === undefined && max === undefined) return kind;
  return `${kind} from ${formatNumber(min)} to ${formatNumber(max)}`;
}

/** Whether a number may be entered. */
export function fits(value, { min = -Infinity, max = Infinity, step = 1 }) {
  if (!Number.isFinite(value) || value < min || value > max) return false;
  return !Number.isInteger(step) || Number.isInteger(value);
}

/**
 * A number with buttons for less and more. An entry out of range is told in words, which
 * stay until the next good one; the field then shows what is in force again.
 */
export function numberField(state, trait, options) {
  const { label, letter, min, max, step = 1, after } = options;
  const name = letter ? `${label} ${letter}` : label;
  const id = unique("problem");
  const input = element("input", {
    type: "number",
    min,
    max,
    step: Number.isInteger(step) ? step : "any",
    "aria-label": name,
    "aria-describedby": id,
  });
  const problem = element("p", { id, class: "c2a-problem" });
  const set = (value) => {
    problem.textContent = "";
    input.removeAttribute("aria-invalid");
    state.set({ [trait]: value });
    after?.(value);
  };
  const turn = (sign) => () => {
    const next = Number((state.get(trait) + sign * step).toFixed(6));
    set(Math.min(Math.max(next, min ?? -Infinity), max ?? Infinity));
  };
  const less = button("\u2212", turn(-1), { "aria-label": `less ${label}` });
  const more = button("+", turn(1), { "aria-label": `more ${label}` });
  input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    if (fits(value, { min, max, step })) return set(value);
    input.setAttribute("aria-invalid", "true");
    const entry = input.value ? formatNumber(value, 6) : "nothing";
    problem.textContent =
      `${letter ?? label} is ${range(min, max, step)}, not ${entry}: ` +
      `still ${formatNumber(state.get(trait), 6)}.`;
    state.say(problem.textContent);
    return undefined;
  });
  const show = () => {
    const value = state.get(trait);
    // Rewriting the field being typed in would eat "1." on its way to "1.5".
    const typing = input.getAttribute("aria-invalid") === "true";
    if (!typing && input.valueAsNumber !== value) input.value = String(value);
    less.enable(min === undefined || value > min);
    more.enable(max === undefined || value < max);
  };
  input.addEventListener("blur", () => {
    input.removeAttribute("aria-invalid");
    show();
  });
  state.onDraw(show);
  const words = element("span", {}, label);
  if (letter) words.append(" ", element("var", { "data-letter": letter }, letter));
  const box = element("div", {}, less.node, input, more.node);
  return { node: element("div", { class: "c2a-number" }, words, box, problem) };
}

/** A slider with its value written out. */
export function slider(state, trait, { label, min, max, step, format, after }) {
  const words = format ?? formatNumber;
  const input = element("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": label,
  });
  const value = element("output", {});
  input.addEventListener("input", () => {
    state.set({ [trait]: input.valueAsNumber });
    after?.(input.valueAsNumber);
  });
  state.onDraw(() => {
    const now = state.get(trait);
    input.value = String(now);
    value.textContent = words(now);
    input.setAttribute("aria-valuetext", words(now));
  });
  const node = element("div", { class: "c2a-slider" }, label, input, value);
  return { node, input };
}

/** Exclusive choices as a row of radio buttons; options are [[value, text], ...]. */
export function choices(state, trait, { label, options, after }) {
  const name = unique("choice");
  const legend = element("legend", {}, label);
  const node = element("fieldset", { class: "c2a-choices" }, legend);
  const inputs = options.map(([value, content]) => {
    const input = element("input", { type: "radio", name });
    input.addEventListener("change", () => {
      state.set({ [trait]: value });
      after?.(value);
    });
    node.append(element("label", {}, input, element("span", {}, content)));
    return [value, input];
  });
  state.onDraw(() => {
    for (const [value, input] of inputs) input.checked = value === state.get(trait);
  });
  return { node };
}

/** Yes or no. */
export function toggle(state, trait, { label, after }) {
  const input = element("input", { type: "checkbox" });
  input.addEventListener("change", () => {
    state.set({ [trait]: input.checked });
    after?.(input.checked);
  });
  state.onDraw(() => (input.checked = state.get(trait)));
  return { node: element("label", { class: "c2a-toggle" }, input, label) };
}

/** One of many, as a list that opens; options are [[value, text], ...]. */
export function select(state, trait, { label, options, after }) {
  const entries = options.map(([, text], i) => element("option", { value: i }, text));
  const list = element("select", {}, ...entries);
  list.addEventListener("change", () => {
    const [value] = options[Number(list.value)];
    state.set({ [trait]: value });
    after?.(value);
  });
  state.onDraw(() => {
    const at = options.findIndex(([value]) => value === state.get(trait));
    list.value = String(at);
  });
  return { node: element("label", { class: "c2a-select" }, label, list) };
}

/** A line of text; `check(text)` says what is wrong with it, or nothing. */
export function textField(state, trait, { label, maxLength, check, after }) {
  const id = unique("problem");
  const input = element("input", {
    type: "text",
    maxlength: maxLength,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": id,
  });
  const problem = element("p", { id, class: "c2a-problem" });
  input.addEventListener("input", () => {
    const wrong = check?.(input.value) ?? "";
    problem.textContent = wrong;
    input.setAttribute("aria-invalid", String(Boolean(wrong)));
    if (wrong) return state.say(wrong);
    state.set({ [trait]: input.value });
    return after?.(input.value);
  });
  state.onDraw(() => {
    const wrong = input.getAttribute("aria-invalid") === "true";
    if (!wrong && input.value !== state.get(trait)) input.value = state.get(trait);
  });
  const words = element("label", { class: "c2a-text" }, label, input);
  return { node: element("div", {}, words, problem) };
}

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Buttons that set several traits at once; options are [[text, { traits }], ...]. */
export function presets(state, { label, options, after }) {
  const node = element("div", {
    class: "c2a-presets",
    role: "group",
    "aria-label": label,
  });
  const buttons = options.map(([text, traits]) => {
    const { node: made } = button(text, () => {
      state.set(traits);
      after?.(text);
    });
    node.append(made);
    return [made, traits];
  });
  state.onDraw(() => {
    for (const [made, traits] of buttons) {
      const agree = Object.entries(traits).every(([trait, value]) =>
        equal(state.get(trait), value),
      );
      made.setAttribute("aria-pressed", String(agree));
    }
  });
  return { node };
}
