// Stepping through a process: back, play, step, a slider, and where we are.
import { button } from "./controls.js";
import { element } from "./figure.js";

/**
 * Buttons and a slider for a trait that counts steps from 0.
 * `count()` gives the number of steps, `where(step)` says in words where that is.
 * Gives { node, stop() }; a step beyond the last counts as the last.
 */
export function transport(state, trait, { label, count, pace = 700, where }) {
  let timer = null;
  const last = () => count() - 1;
  const current = () => Math.min(state.get(trait), last());
  const go = (step, speak = true) => {
    state.set({ [trait]: step });
    if (speak) state.say(() => where(step));
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.text("Play");
  };
  const tick = () => {
    go(Math.min(current() + 1, last()), false);
    if (current() < last()) return;
    stop();
    state.say(() => `The end. ${where(last())}`);
  };
  const start = () => {
    if (current() >= last()) go(0, false);
    timer = setInterval(tick, pace);
    play.text("Pause");
  };
  const by = (distance) => () => {
    stop();
    go(current() + distance);
  };
  const back = button("Back", by(-1));
  const play = button("Play", () => (timer ? stop() : start()));
  const step = button("Step", by(1));
  const slider = element("input", { type: "range", min: 0, "aria-label": label });
  slider.addEventListener("input", () => {
    stop();
    go(slider.valueAsNumber);
  });
  const position = element("span", { class: "c2a-position" });
  state.onDraw(() => {
    const some = count() > 0;
    if (!some && timer) stop();
    back.enable(some && current() > 0);
    step.enable(some && current() < last());
    play.enable(some && last() > 0);
    slider.disabled = !some;
    slider.max = String(Math.max(last(), 0));
    slider.value = String(Math.max(current(), 0));
    slider.setAttribute("aria-valuetext", some ? where(current()) : "nothing to step");
    position.textContent = some ? `${current() + 1} of ${count()}` : "";
  });
  state.onStop(stop);
  const parts = [back.node, play.node, step.node, slider, position];
  return { node: element("div", { class: "c2a-transport" }, ...parts), stop };
}
