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

// What scrolls sideways can be scrolled from the keyboard. All is measured before anything
// changes, or each change costs a new layout; sections not yet laid out wait their turn.
const wide = "pre, div.math, .pst-scrollable-table-container, .output.text_html";
const folded = (box) => box.closest("details:not([open])") !== null;
const reach = () => {
  const boxes = [...document.querySelectorAll(wide)].filter(
    (box) => folded(box) || (box.checkVisibility?.({ contentVisibilityAuto: true }) ?? true),
  );
  // What is folded away can't be measured, nor reached: it may as well be ready.
  const overflows = boxes.map((box) => folded(box) || box.scrollWidth > box.clientWidth);
  boxes.forEach((box, index) => {
    if (overflows[index]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
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
for (const change of ["toggle", "contentvisibilityautostatechange"]) {
  document.addEventListener(change, soon, true);
}
