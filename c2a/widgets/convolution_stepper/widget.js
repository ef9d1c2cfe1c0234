// Convolution stepper: a kernel walks over a grid, with stride, padding and dilation.
import {
  arithmetic,
  correlate2d,
  fromRows,
  outputSize,
  unread,
} from "../convolution.js";
import {
  announcer,
  assign,
  element,
  figure,
  formatNumber,
  onChange,
} from "../figure.js";
import {
  formula,
  inputGrid,
  kernelGrid,
  kernelWindow,
  outputGrid,
  termList,
} from "./drawing.js";
import {
  PARAMETERS,
  defaultImage,
  defaultKernel,
  nextStep,
  outputSide,
  problem,
  remarks,
} from "./geometry.js";

const SETTINGS = PARAMETERS.map(([trait]) => trait);
const PACE = 700; // milliseconds a step while playing

/** A whole number with buttons for less and more: { node, show(value) }. */
function numberControl([, letter, name, low, high], change) {
  const label = element(
    "span",
    {},
    `${name} `,
    element("var", { class: `c2a-${letter}` }, letter),
  );
  const input = element("input", {
    type: "number",
    min: low,
    max: high,
    step: 1,
    "aria-label": `${name} ${letter}`,
  });
  const button = (text, spoken, by) => {
    const node = element(
      "button",
      { type: "button", "aria-label": `${spoken} ${name}` },
      text,
    );
    node.addEventListener("click", () => change(shown + by));
    return node;
  };
  let shown;
  const less = button("\u2212", "less", -1);
  const more = button("+", "more", 1);
  input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    const valid = Number.isInteger(value) && value >= low && value <= high;
    input.setAttribute("aria-invalid", String(!valid));
    if (valid) change(value);
  });
  input.addEventListener("blur", () => show(shown)); // an impossible entry is taken back
  const show = (value) => {
    shown = value;
    input.value = String(value);
    input.removeAttribute("aria-invalid");
    less.disabled = value <= low;
    more.disabled = value >= high;
  };
  const node = element(
    "div",
    { class: "c2a-number" },
    label,
    element("div", {}, less, input, more),
  );
  return { node, show };
}

/** All elements of the figure; `actions` say what the controls do. */
function build(actions) {
  const button = (text, act) => {
    const node = element("button", { type: "button" }, text);
    node.addEventListener("click", act);
    return node;
  };
  const view = {
    controls: new Map(
      PARAMETERS.map((parameter) => [
        parameter[0],
        numberControl(parameter, (value) => actions.set(parameter[0], value)),
      ]),
    ),
    formula: element("div"),
    message: element("p", { class: "c2a-problem", hidden: "" }),
    remarks: element("ul", { class: "c2a-remarks" }),
    stage: element("div", {
      class: "c2a-stage",
      role: "application",
      tabindex: "0",
      "aria-label":
        "Kernel on the input grid. Arrow keys move it, Home and End go to the corners.",
    }),
    back: button("Back", () => actions.go(-1)),
    play: button("Play", () => actions.toggle()),
    step: button("Step", () => actions.go(1)),
    slider: element("input", {
      type: "range",
      min: 0,
      value: 0,
      "aria-label": "Output cell",
    }),
    position: element("span", { class: "c2a-position" }),
    sum: element("div", { class: "c2a-sum" }),
    status: announcer(),
  };
  view.slider.addEventListener("input", () => actions.jump(view.slider.valueAsNumber));
  view.stage.addEventListener("keydown", (event) => actions.key(event));
  return view;
}

function layout(view) {
  return figure(
    "c2a-stepper",
    "Convolution stepper",
    element(
      "div",
      { class: "c2a-numbers-bar" },
      ...[...view.controls.values()].map(({ node }) => node),
    ),
    view.formula,
    view.message,
    view.stage,
    element(
      "div",
      { class: "c2a-transport" },
      view.back,
      view.play,
      view.step,
      view.slider,
      view.position,
    ),
    view.sum,
    view.remarks,
    view.status.node,
  );
}

/** A grid with its caption, `cells` wide: all panels share one size of cell. */
function panel(grid, caption, cells) {
  const node = element("div", { class: "c2a-panel" }, grid, element("p", {}, caption));
  node.style.setProperty("--cells", cells);
  return node;
}

/** The figure's behavior: state from the model, controls, drawing. */
class Stepper {
  constructor(model) {
    this.model = model;
    this.view = build(this);
    this.node = layout(this.view);
    this.timer = null;
    this.drawSettings();
  }

  get settings() {
    return Object.fromEntries(SETTINGS.map((trait) => [trait, this.model.get(trait)]));
  }

  get current() {
    return Math.min(this.model.get("step"), this.side ** 2 - 1);
  }

  // --- controls ---------------------------------------------------------------

  set(trait, value) {
    this.pause();
    assign(this.model, { [trait]: value, step: 0 });
    const side = outputSide(this.settings);
    this.view.status.say(problem(this.settings) || `The output is ${side} by ${side}.`);
  }

  jump(step) {
    this.pause();
    assign(this.model, { step });
    const cell = this.output.data[step];
    this.view.status.say(`${this.where(step)}: ${formatNumber(cell)}.`);
  }

  go(by) {
    const step = this.current + by;
    if (this.side && step >= 0 && step < this.side ** 2) this.jump(step);
  }

  key(event) {
    const step = this.side ? nextStep(this.current, event.key, this.side) : null;
    if (step === null) return;
    event.preventDefault();
    this.jump(step);
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.current === this.side ** 2 - 1) assign(this.model, { step: 0 });
    this.timer = setInterval(() => this.tick(), PACE);
    this.view.play.textContent = "Pause";
  }

  tick() {
    assign(this.model, { step: this.current + 1 });
    if (this.current < this.side ** 2 - 1) return;
    this.pause();
    this.view.status.say("The output is complete.");
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.view.play.textContent = "Play";
  }

  // --- drawing ----------------------------------------------------------------

  drawSettings() {
    const { settings, view } = this;
    const { size, kernel_size, stride, padding, dilation } = settings;
    const numbers = (trait, n, otherwise) => {
      const given = this.model.get(trait);
      return given.length === n ? given : otherwise(n);
    };
    this.image = numbers("image", size, defaultImage);
    this.kernel = numbers("weights", kernel_size, defaultKernel);
    const wrong = problem(settings);
    this.side = outputSide(settings);

    for (const [trait, control] of view.controls) control.show(settings[trait]);
    const value = outputSize(size, kernel_size, stride, padding, dilation);
    view.formula.replaceChildren(formula(settings, value));
    view.message.textContent = wrong;
    view.message.hidden = !wrong;
    const said = wrong ? [] : remarks(settings);
    view.remarks.replaceChildren(...said.map((text) => element("li", {}, text)));

    const lost = wrong
      ? { between: [], beyond: [] }
      : unread(size, kernel_size, stride, padding, dilation);
    const input = inputGrid(
      this.image,
      settings,
      new Set([...lost.between, ...lost.beyond]),
    );
    const captions = [
      `input ${size} \u00d7 ${size}${padding ? `, padded to ${size + 2 * padding}` : ""}`,
      `kernel ${kernel_size} \u00d7 ${kernel_size}`,
      wrong ? "no output" : `output ${this.side} \u00d7 ${this.side}`,
    ];
    if (wrong) {
      this.output = null;
    } else {
      const options = { stride, padding, dilation };
      this.output = correlate2d(fromRows(this.image), fromRows(this.kernel), options);
      this.window = kernelWindow(this.kernel, settings);
      this.outputGrid = outputGrid(this.output, (step) => this.jump(step));
      input.shapes.after(this.window.node);
    }
    const columns = `minmax(4.5rem, ${kernel_size}fr) minmax(4.5rem, ${this.side || 3}fr)`;
    view.stage.style.setProperty("--columns", columns);
    const symbol = (text) =>
      element("span", { class: "c2a-symbol", "aria-hidden": "true" }, text);
    view.stage.replaceChildren(
      panel(input.node, captions[0], size + 2 * padding),
      symbol("\u22c6"),
      panel(kernelGrid(this.kernel), captions[1], kernel_size),
      symbol("="),
      panel(this.output ? this.outputGrid.node : "", captions[2], this.side || 3),
    );
    this.drawStep();
  }

  drawStep() {
    const { view } = this;
    const last = this.side ** 2 - 1;
    for (const control of [view.back, view.play, view.step, view.slider]) {
      control.disabled = !this.output;
    }
    view.sum.hidden = !this.output;
    view.position.textContent = "";
    if (!this.output) return;
    const step = this.current;
    const [row, col] = [Math.floor(step / this.side), step % this.side];
    const { stride, padding, dilation } = this.settings;
    const terms = arithmetic(fromRows(this.image), fromRows(this.kernel), row, col, {
      stride,
      padding,
      dilation,
    });
    this.window.move(row, col);
    this.outputGrid.show(step);
    view.back.disabled = step === 0;
    view.step.disabled = step === last;
    view.slider.max = String(last);
    view.slider.value = String(step);
    view.slider.setAttribute("aria-valuetext", this.where(step));
    view.position.textContent = `${step + 1} of ${last + 1}`;
    view.sum.replaceChildren(
      element("p", {}, "input \u00d7 weight, with the sum \u03a3 so far:"),
      termList(terms, this.kernel.length),
      element(
        "p",
        {},
        `${this.where(step)} = `,
        element("strong", { class: "c2a-total" }, formatNumber(this.output.data[step])),
      ),
    );
  }

  where(step) {
    return `Output row ${Math.floor(step / this.side)}, column ${step % this.side}`;
  }
}

export default {
  render({ model, el }) {
    const stepper = new Stepper(model);
    el.append(stepper.node);
    const stops = [
      onChange(model, [...SETTINGS, "image", "weights"], () => stepper.drawSettings()),
      onChange(model, ["step"], () => stepper.drawStep()),
    ];
    return () => {
      stepper.pause();
      for (const stop of stops) stop();
    };
  },
};
