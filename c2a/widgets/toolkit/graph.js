// Nodes and the links between them: networks, unrolled cells, graphs of computation.
import { element } from "./figure.js";

const RADIUS = 17;

/** Where a link leaves or meets a node's border, coming from another point. */
function border(node, [x, y]) {
  const [dx, dy] = [x - node.x, y - node.y];
  const length = Math.hypot(dx, dy) || 1;
  const half = node.shape === "box" ? [node.width / 2, RADIUS] : null;
  const reach = half
    ? Math.min(
        half[0] / Math.abs(dx / length || 1e-9),
        half[1] / Math.abs(dy / length || 1e-9),
      )
    : RADIUS;
  return [node.x + (dx / length) * reach, node.y + (dy / length) * reach];
}

/**
 * { node, show({ nodes, links, alt }) }. Nodes: { id, x, y, text, label?, fill?, color?,
 * shape: "circle" or "box", marked? }; links: { from, to, color?, width?, label?,
 * dashed?, bend? }, bend in pixels to the left. With `choose(id)` nodes are buttons.
 */
export function nodeLink({ label, width, height, choose }) {
  const lines = element("g");
  const places = element("g");
  const node = element(
    "svg",
    {
      class: "c2a-graph",
      viewBox: `0 0 ${width} ${height}`,
      role: choose ? "group" : "img",
      "aria-label": label,
    },
    lines,
    places,
  );
  node.style.maxWidth = `${width / 14}rem`;
  const made = new Map();

  const drawLink = (link, from, to) => {
    const [mx, my] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = Math.hypot(dx, dy) || 1;
    const bend = link.bend ?? 0;
    const turn = [mx + (dy / length) * bend, my - (dx / length) * bend];
    const [x0, y0] = border(from, turn);
    const [x1, y1] = border(to, turn);
    const color = link.color ?? "var(--faint)";
    const line = element("path", {
      class: "c2a-link",
      d: `M${x0} ${y0}Q${turn[0]} ${turn[1]} ${x1} ${y1}`,
      "stroke-width": link.width ?? 1.5,
    });
    line.style.stroke = color;
    if (link.dashed) line.style.strokeDasharray = "4 4";
    const angle = (Math.atan2(y1 - turn[1], x1 - turn[0]) * 180) / Math.PI;
    const head = element("path", {
      d: "M0 0L-8 -4V4Z",
      transform: `translate(${x1} ${y1}) rotate(${angle})`,
    });
    head.style.fill = color;
    const parts = [line, head];
    if (link.label) {
      const place = { x: turn[0], y: turn[1] - 5, "text-anchor": "middle" };
      parts.push(element("text", { class: "c2a-link-label", ...place }, link.label));
    }
    return parts;
  };

  const make = (id) => {
    const heard = choose ? { role: "button", tabindex: 0 } : {};
    const place = element("g", { class: "c2a-node", ...heard });
    if (choose) {
      place.addEventListener("click", () => choose(id));
      place.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(id);
      });
    }
    made.set(id, place);
    return place;
  };

  const drawNode = (one) => {
    const place = made.get(one.id) ?? make(one.id);
    const shape =
      one.shape === "box"
        ? element("rect", {
            x: one.x - one.width / 2,
            y: one.y - RADIUS,
            width: one.width,
            height: 2 * RADIUS,
            rx: 4,
          })
        : element("circle", { cx: one.x, cy: one.y, r: RADIUS });
    if (one.fill) shape.style.fill = one.fill;
    if (one.color) shape.style.stroke = one.color;
    place.replaceChildren(shape, element("text", { x: one.x, y: one.y }, one.text));
    place.classList.toggle("c2a-marked", Boolean(one.marked));
    if (choose) {
      place.setAttribute("aria-label", one.label ?? one.text);
      place.setAttribute("aria-pressed", String(Boolean(one.marked)));
    }
    return place;
  };

  const show = ({ nodes, links, alt }) => {
    const all = nodes.map((one) => ({ width: 16 + 9 * one.text.length, ...one }));
    const byId = new Map(all.map((one) => [one.id, one]));
    const drawn = links.flatMap((link) =>
      drawLink(link, byId.get(link.from), byId.get(link.to)),
    );
    lines.replaceChildren(...drawn);
    const wanted = all.map(drawNode);
    // Putting a node in its place again would take the focus from it.
    const same = wanted.every((place, i) => places.children[i] === place);
    if (!same || places.childElementCount !== wanted.length)
      places.replaceChildren(...wanted);
    node.setAttribute("aria-label", alt ? `${label}. ${alt}` : label);
  };

  return { node, show };
}
