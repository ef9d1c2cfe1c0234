// Brings the interactive figures of a page to life without a kernel: reads the state
// that the page holds and loads the code of a figure when it comes near.
const NEAR = "600px"; // start a figure this long before it scrolls into view

const here = (path) => new URL(path, import.meta.url);

/** A file beside this one, as the bytes that a kernel would send. */
async function file(path) {
  const answer = await fetch(here(path));
  if (!answer.ok) throw new Error(`${path} is missing (${answer.status})`);
  return new DataView(await answer.arrayBuffer());
}

/** State as Python wrote it, with the bytes put back in their places. */
function restore(text) {
  return JSON.parse(text, (_, value) => {
    if (typeof value?.base64 !== "string") return value;
    const bytes = Uint8Array.from(atob(value.base64), (char) => char.charCodeAt(0));
    return new DataView(bytes.buffer);
  });
}

/** The part of a widget model that figures use; what they save stays on the page. */
class Model {
  #state;
  #listeners = new Map();
  file = file;

  constructor(state) {
    this.#state = state;
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    if (this.#state[name] === value) return;
    this.#state[name] = value;
    for (const event of [`change:${name}`, "change"]) {
      for (const listener of [...(this.#listeners.get(event) ?? [])]) listener();
    }
  }

  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
  }

  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  save_changes() {}
}

const styles = new Map();

/** Promise that a style sheet, asked for once, is in force. */
function style(url) {
  if (!styles.has(url)) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url;
    const loaded = new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = () => reject(new Error(`${url} is missing`));
    });
    document.head.append(link);
    styles.set(url, loaded);
  }
  return styles.get(url);
}

/** Say below the still picture why the figure stays as it is. */
function note(container, error) {
  const still = container.querySelector(".c2a-still");
  const paragraph = document.createElement("p");
  paragraph.className = "c2a-widget-note";
  paragraph.setAttribute("role", "status");
  paragraph.textContent =
    `This figure could not start: ${error.message}.` +
    (still ? " The picture above shows it at rest." : "");
  container.append(paragraph);
  container.dataset.state = "failed";
}

/** Render one figure and let it take the place of its still picture. */
async function start(container) {
  const { figure, version } = container.dataset;
  const still = container.querySelector(":scope > .c2a-still");
  const state = container.querySelector(":scope > script").textContent;
  const host = document.createElement("div");
  host.className = "c2a-live-host";
  try {
    const code = (kind) => here(`figures/${figure}.${kind}?${version}`).href;
    const [module] = await Promise.all([import(code("js")), style(code("css"))]);
    await module.default.render({ model: new Model(restore(state)), el: host });
    if (still) still.replaceWith(host);
    else container.prepend(host);
    container.dataset.state = "live";
  } catch (error) {
    console.error(error);
    note(container, error);
  }
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      start(target);
    }
  },
  { rootMargin: NEAR },
);
for (const container of document.querySelectorAll(".c2a-widget[data-figure]")) {
  observer.observe(container);
}
