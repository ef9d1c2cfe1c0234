// Place forty years of architectures on a line, then see how far off you were.
import { button, choices, select, slider, toggle } from "../toolkit/controls.js";
import { element, interactive, note, row } from "../toolkit/figure.js";

const [START, END] = [1975, 2026];
const plural = (n) => `${n} year${n === 1 ? "" : "s"}`;

/** All events in order: name, both years, note, and the thread that each belongs to. */
export function listed(threads) {
  return threads.flatMap(([thread, events]) =>
    events.map(([name, first, published, words]) => ({
      thread,
      name,
      first,
      published,
      words,
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
  const off = Object.entries(guesses).map(([i, year]) =>
    Math.abs(year - events[i].first),
  );
  return off.length ? off.reduce((a, b) => a + b, 0) / off.length : 0;
}

/** Where a year lies on the line, in percent of its width. */
const place = (year) => (100 * (year - START)) / (END - START);

function at(year, kind, text = "") {
  const node = element("span", { class: `c2a-timeline-${kind}` }, text);
  node.style.left = `${place(year)}%`;
  return node;
}

function between(one, other) {
  const node = at(Math.min(one, other), "off");
  node.style.width = `${Math.abs(place(one) - place(other))}%`;
  return node;
}

/** A line of years for each event, below the name of its thread. */
function drawing(events) {
  const years = () =>
    [1980, 1990, 2000, 2010, 2020].map((year) => at(year, "year", String(year)));
  const lines = events.map(({ name }) => ({
    name: element("span", { class: "c2a-timeline-name" }, name),
    line: element("span", { class: "c2a-timeline-line" }),
  }));
  const node = element("div", {
    class: "c2a-timeline",
    role: "group",
    "aria-label": "The line of years",
  });
  events.forEach(({ thread }, i) => {
    if (thread !== events[i - 1]?.thread) {
      node.append(
        element("span", { class: "c2a-timeline-thread" }, thread),
        element("span", { class: "c2a-timeline-years" }, ...years()),
      );
    }
    node.append(lines[i].name, lines[i].line);
  });
  return {
    node,
    show(chosen, guess, known, dates, guesses) {
      events.forEach((event, i) => {
        const { name, line } = lines[i];
        const [year, guessed] = [event[dates], guesses[i]];
        name.classList.toggle("c2a-timeline-chosen", i === chosen);
        line.replaceChildren();
        if (i === chosen && !known(i)) line.append(at(guess, "guess"));
        if (!known(i)) return;
        if (guessed !== undefined)
          line.append(between(guessed, year), at(guessed, "guess"));
        const left = guessed === undefined ? year > 2000 : guessed > year;
        line.append(
          at(year, "dot"),
          at(year, left ? "date c2a-timeline-left" : "date", String(year)),
        );
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
    label: "your guess",
    min: START,
    max: END,
    step: 1,
    format: String,
  });
  const told = note();
  const placed = button("Place it", () => {
    const i = state.get("chosen");
    if (!(i in state.get("guesses"))) {
      state.set({ guesses: { ...state.get("guesses"), [i]: state.get("guess") } });
    }
    state.say(verdict(events[i], state.get("guesses")[i]));
  });
  const dates = choices(state, "dates", {
    label: "dates",
    options: [
      ["first", "first to be read"],
      ["published", "conference or journal"],
    ],
  });
  const everything = toggle(state, "all", { label: "show all dates" });
  const picture = drawing(events);
  return {
    content: [
      row(picked.node, year.node, placed.node),
      told.node,
      picture.node,
      row(dates.node, everything.node),
    ],
    draw() {
      const [i, guesses] = [state.get("chosen"), state.get("guesses")];
      const count = Object.keys(guesses).length;
      const score =
        count > 1
          ? ` On the mean of ${count} guesses you are ${meanError(events, guesses).toFixed(1)} years off.`
          : "";
      if (i in guesses) told.show(verdict(events[i], guesses[i]) + score);
      else if (known(i))
        told.show(`${events[i].name}: ${events[i].first}. ${events[i].words}`);
      else told.show(`When could ${events[i].name} first be read?`);
      picture.show(i, state.get("guess"), known, state.get("dates"), guesses);
    },
  };
});
