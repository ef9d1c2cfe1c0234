// Excerpts of search results show a formula once, as it is written in LaTeX; a page holds
// it three times, for eyes, for screen readers and as its source.
const textOf = Search.htmlToText;
Search.htmlToText = (text, anchor) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const formula of page.querySelectorAll(".katex")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? "");
  }
  return textOf(page.documentElement.outerHTML, anchor);
};
