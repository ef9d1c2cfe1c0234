// Brings the interactive figures of a page to life without a kernel and without a
// request: reads the widget state that the page holds and runs each figure's module.
const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
const NEAR = "600px"; // start a figure this long before it scrolls into view

const NEEDS_KERNEL = "This control needs a running kernel: open the notebook.";

/** All widget models that the page holds: id -> { state, buffers }. */
function readStates(root) {
  const states = {};
  for (const script of root.querySelectorAll(STATE)) {
    Object.assign(states, JSON.parse(script.textContent).state);
  }
  return states;
}

/** Bytes of a base64 text, as a notebook hands them to a widget. */
function decode(base64) {
  return new DataView(
    Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer,
  );
}

/** The state of one model with its binary parts put back in their places. */
function restore({ state, buffers = [] }) {
  const restored = structuredClone(state);
  for (const { path, encoding, data } of buffers) {
    if (encoding !== "base64") throw new Error(`Unknown encoding: ${encoding}`);
    const owner = path.slice(0, -1).reduce((object, key) => object[key], restored);
    owner[path.at(-1)] = decode(data);
  }
  return restored;
}

/** The part of a widget model that figures use; what they save stays on the page. */
class Model {
  #state;
  #listeners = new Map();

  constructor(state, getModel) {
    this.#state = state;
    this.widget_manager = { get_model: getModel };
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    let changed = false;
    for (const [key, now] of Object.entries(changes)) {
      if (this.#state[key] === now) continue;
      this.#state[key] = now;
      changed = true;
      this.#emit(`change:${key}`, now);
    }
    if (changed) this.#emit("change");
  }

  on(names, listener) {
    for (const name of names.split(" ")) {
      if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
      this.#listeners.get(name).add(listener);
    }
  }

  off(names, listener) {
    for (const name of names?.split(" ") ?? this.#listeners.keys()) {
      if (listener) this.#listeners.get(name)?.delete(listener);
      else this.#listeners.delete(name);
    }
  }

  save_changes() {}

  send() {}

  #emit(name, ...values) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      listener(this, ...values);
    }
  }
}

/** Keeps each value that `make` gives for a key, so that it is made once. */
function once(make) {
  const made = new Map();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}

const importText = once((text) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return import(url).finally(() => URL.revokeObjectURL(url));
});

const addStyle = once((text) => {
  const style = document.createElement("style");
  style.textContent = text;
  document.head.append(style);
});

/** Loader of models: id -> promise of { model, figure, css }. */
function loader(states) {
  const load = once(async (id) => {
    const model = new Model(
      restore(states[id]),
      async (other) => (await load(other)).model,
    );
    const module = await importText(model.get("_esm"));
    const figure =
      typeof module.default === "function" ? await module.default() : module.default;
    await figure.initialize?.({ model, signal: new AbortController().signal });
    return { model, figure, css: model.get("_css") };
  });
  return load;
}

/** Say something below what the container shows. */
function note(container, state, text) {
  const paragraph = document.createElement("p");
  paragraph.className = "c2a-widget-note";
  paragraph.setAttribute("role", "status");
  paragraph.textContent = text;
  container.append(paragraph);
  container.dataset.state = state;
}

/** Render one figure and let it take the place of its still picture. */
async function start(container, load) {
  const still = container.querySelector(":scope > .c2a-still");
  const host = document.createElement("div");
  host.className = "c2a-live-host";
  try {
    const { model, figure, css } = await load(container.dataset.modelId);
    if (css) addStyle(css);
    await figure.render({ model, el: host, signal: new AbortController().signal });
    if (still) still.replaceWith(host);
    else container.prepend(host);
    container.dataset.state = "live";
  } catch (error) {
    console.error(error);
    const kept = still ? " The picture above shows it at rest." : "";
    note(container, "failed", `This figure could not start: ${error.message}.${kept}`);
  }
}

/** Containers of the page's figures; a view script without one gets an empty one. */
function findContainers(root) {
  for (const script of root.querySelectorAll(VIEW)) {
    const id = JSON.parse(script.textContent).model_id;
    if (root.querySelector(`.c2a-widget[data-model-id="${CSS.escape(id)}"]`)) continue;
    const container = document.createElement("div");
    container.className = "c2a-widget";
    container.dataset.modelId = id;
    script.before(container);
  }
  return root.querySelectorAll(".c2a-widget[data-model-id]");
}

function main() {
  const states = readStates(document);
  const load = loader(states);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        start(target, load);
      }
    },
    { rootMargin: NEAR },
  );
  for (const container of findContainers(document)) {
    const record = states[container.dataset.modelId];
    if (record?.state._esm) observer.observe(container);
    else note(container, "kernel", NEEDS_KERNEL);
  }
}

main();
