// Place forty years of architectures on a line, then see how far off you were.
import { button, choices, select, slider, toggle } from "../toolkit/controls.js";
import { column, element, interactive, note, row } from "../toolkit/figure.js";

const [START, END] = [1980, 2026];
const [LEFT, WIDTH, HEIGHT, TOP] = [250, 330, 18, 22];
const plural = (n) => `${n} year${n === 1 ? "" : "s"}`;

/** All events in order: name, both years, note, and the thread that each belongs to. */
export function listed(threads) {
  return Object.entries(threads).flatMap(([thread, events]) =>
    events.map(([name, first, published, words]) => ({
      thread, name, first, published, words,
    })),
  );
}

/** What a guess deserves to be told. */
export function verdict(event, guess) {
  const off = guess - event.first;
  const late = event.published !== event.first && guess === event.published;
  const told =
    off === 0
      ? "Right"
      : late
        ? `${guess} is the conference; it could be read in ${event.first}`
        : `${plural(Math.abs(off))} too ${off < 0 ? "early" : "late"}: ${event.first}`;
  return `${event.name}: ${told}. ${event.words}`;
}

/** The mean distance of all guesses, in years. */
export function meanError(events, guesses) {
  const off = Object.entries(guesses).map(([i, year]) => Math.abs(year - events[i].first));
  return off.length ? off.reduce((a, b) => a + b, 0) / off.length : 0;
}

const x = (year) => LEFT + (WIDTH * (year - START)) / (END - START);
const y = (i) => TOP + HEIGHT * (i + 0.5);

/** The drawing: a row for each event, its date if known, the guess beside it. */
function drawing(events) {
  const height = TOP + HEIGHT * events.length + 4;
  const years = [1980, 1990, 2000, 2010, 2020].flatMap((year) => [
    element("line", { x1: x(year), x2: x(year), y1: TOP - 4, y2: height, stroke: "var(--line)" }),
    element("text", { x: x(year), y: 12, "text-anchor": "middle" }, String(year)),
  ]);
  const names = events.map(({ name }, i) =>
    element("text", { x: LEFT - 14, y: y(i) + 4, "text-anchor": "end" }, name),
  );
  const marks = element("g");
  const svg = element(
    "svg",
    { viewBox: `0 0 ${LEFT + WIDTH + 16} ${height}`, role: "img", class: "c2a-timeline-svg" },
    ...years, ...names, marks,
  );
  return {
    node: element("div", { class: "c2a-timeline", tabindex: "0", role: "group", "aria-label": "The line of years" }, svg),
    show(chosen, guess, known, dates, guesses) {
      svg.setAttribute("aria-label", `Dates of ${events.filter((_, i) => known(i)).length} of ${events.length} ideas`);
      marks.replaceChildren();
      const add = (tag, attributes) => marks.append(element(tag, attributes));
      events.forEach((event, i) => {
        const [at, guessed] = [event[dates], guesses[i]];
        if (i === chosen) {
          names[i].setAttribute("font-weight", "bold");
          if (!known(i)) add("circle", { cx: x(guess), cy: y(i), r: 5, fill: "none", stroke: "var(--ink)", "stroke-dasharray": "2 2" });
        } else names[i].removeAttribute("font-weight");
        if (!known(i)) return;
        if (guessed !== undefined) {
          add("line", { x1: x(guessed), x2: x(at), y1: y(i), y2: y(i), stroke: "var(--faint)", "stroke-width": 2 });
          add("circle", { cx: x(guessed), cy: y(i), r: 4, fill: "none", stroke: "var(--ink)" });
        }
        add("circle", { cx: x(at), cy: y(i), r: 4.5, fill: "var(--accent)" });
      });
    },
  };
}

export default interactive("Timeline of architectures", (state) => {
  const events = listed(state.get("threads"));
  const known = (i) => state.get("all") || i in state.get("guesses");
  const picked = select(state, "chosen", {
    label: "idea",
    options: events.map(({ name, thread }, i) => [i, `${thread}: ${name}`]),
  });
  const year = slider(state, "guess", {
    label: "your guess", min: START, max: END, step: 1, format: String,
  });
  const told = note();
  const place = button("Place it", () => {
    const i = state.get("chosen");
    if (!(i in state.get("guesses"))) {
      state.set({ guesses: { ...state.get("guesses"), [i]: state.get("guess") } });
    }
    state.say(verdict(events[i], state.get("guesses")[i]));
  });
  const dates = choices(state, "dates", {
    label: "dates",
    options: [["first", "first to be read"], ["published", "conference or journal"]],
  });
  const everything = toggle(state, "all", { label: "show all dates" });
  const picture = drawing(events);
  return {
    content: [
      row(picked.node, year.node, place.node),
      told.node,
      picture.node,
      row(dates.node, everything.node),
    ],
    draw() {
      const [i, guesses] = [state.get("chosen"), state.get("guesses")];
      const count = Object.keys(guesses).length;
      const score = count > 1 ? ` On the mean of ${count} guesses you are ${meanError(events, guesses).toFixed(1)} years off.` : "";
      if (i in guesses) told.show(verdict(events[i], guesses[i]) + score);
      else if (known(i)) told.show(`${events[i].name}: ${events[i].first}. ${events[i].words}`);
      else told.show(`When could ${events[i].name} first be read?`);
      picture.show(i, state.get("guess"), known, state.get("dates"), guesses);
    },
  };
});
