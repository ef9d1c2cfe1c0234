// What the pages do beyond reading: the color mode, the place in the page's contents.
const root = document.documentElement;

const mode = document.querySelector("button.mode");
if (mode) {
  const show = () => mode.setAttribute("aria-pressed", root.dataset.theme === "dark");
  show();
  mode.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Storage is blocked: the choice lasts for this page.
    }
    show();
  });
}

if (location.protocol === "file:" && document.querySelector(".c2a-widget, #search-results")) {
  const note = document.createElement("p");
  note.className = "admonition warning";
  note.textContent =
    "This page was opened as a file, and browsers let no figure and no search run in one. " +
    "Run “python3 -m http.server” in the folder of this page, and open the address that it prints.";
  document.querySelector("article").prepend(note);
}

const links = new Map(
  [...document.querySelectorAll(".onpage a[href^='#']")].map((link) => [
    decodeURIComponent(link.hash.slice(1)),
    link,
  ]),
);
if (links.size) {
  const mark = (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -75% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }
}

// What is closed opens for a link, or a search, that leads into it; and for paper, which
// is white.
const reveal = (place) => {
  for (let box = place; box; box = box.parentElement.closest("details")) {
    if (box.matches("details")) box.open = true;
  }
};
const arrive = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const own = target.querySelector(":scope > details.deeper");
  const label = target.nextElementSibling?.matches("details.deeper");
  reveal(own ?? (label ? target.nextElementSibling : target));
  target.scrollIntoView();
};
addEventListener("hashchange", arrive);
if (location.hash) arrive();
// sphinx_highlight.js, which stands before this script, waits as long.
setTimeout(() => {
  for (const word of document.querySelectorAll("details .highlighted")) reveal(word);
}, 10);
let before = null;
addEventListener("beforeprint", () => {
  before ??= root.dataset.theme;
  root.dataset.theme = "light";
  for (const section of document.querySelectorAll("details.deeper")) section.open = true;
});
addEventListener("afterprint", () => {
  root.dataset.theme = before;
  before = null;
});

// What scrolls sideways can be scrolled from the keyboard. All is measured before anything
// changes, or each change costs a new layout; sections not yet laid out wait their turn.
const wide = "pre, .katex-display, .pst-scrollable-table-container, .output.text_html";
const folded = (box) => box.closest("details:not([open])") !== null;
const fade = (box) => {
  const rest = box.scrollWidth - box.clientWidth - box.scrollLeft;
  box.toggleAttribute("data-more", rest > 1);
};
const reach = () => {
  const boxes = [...document.querySelectorAll(wide)].filter(
    (box) => folded(box) || (box.checkVisibility?.({ contentVisibilityAuto: true }) ?? true),
  );
  // What is folded away can't be measured, nor reached: it may as well be ready.
  const overflows = boxes.map((box) => folded(box) || box.scrollWidth > box.clientWidth);
  boxes.forEach((box, index) => {
    if (overflows[index]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    fade(box);
  });
};
let asked = 0;
const soon = () => {
  asked ||= requestAnimationFrame(() => {
    asked = 0;
    reach();
  });
};
soon();
addEventListener("resize", soon);
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.matches?.(wide)) fade(target);
  },
  { capture: true, passive: true },
);
for (const change of ["toggle", "contentvisibilityautostatechange"]) {
  document.addEventListener(change, soon, true);
}
