// A line plot with ticks, bands and direct labels.
import { element, formatNumber } from "./figure.js";

const MARGIN = { left: 52, right: 86, top: 12, bottom: 40 };
const LINE = 15; // height of a label

/** Round numbers that divide a range into about `count` parts; powers of ten on a log axis. */
export function ticks(min, max, { log = false, count = 5 } = {}) {
  if (log) {
    const [low, high] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))];
    const every = Math.max(Math.ceil((high - low) / count), 1);
    const found = [];
    for (let power = low; power <= high; power += every) found.push(10 ** power);
    return found;
  }
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const found = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

/** Heights moved apart so that neighbors are at least `gap` apart, in their order. */
export function spread(heights, gap, low, high) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  order.forEach((i, n) => {
    const floor = n ? placed[order[n - 1]] + gap : low;
    placed[i] = Math.max(placed[i], floor);
  });
  for (let n = order.length - 1, ceiling = high; n >= 0; n--, ceiling -= gap) {
    placed[order[n]] = Math.min(placed[order[n]], ceiling);
    ceiling = placed[order[n]];
  }
  return placed;
}

/** Position of a value on an axis from 0 to 1. */
export function scaled(value, min, max, log = false) {
  const f = log ? Math.log10 : (v) => v;
  return (f(value) - f(min)) / (f(max) - f(min) || 1);
}

function tickText(value, log) {
  if (!log) return formatNumber(value, 6);
  return Math.abs(Math.log10(value)) < 4
    ? formatNumber(value, 6)
    : `1e${Math.log10(value)}`;
}

/**
 * { node, show({ series, marks, alt }) }. An axis is { label, min?, max?, log? }; an end
 * that is not given follows the data. Series: { points: [[x, y]], color?, label?, line?,
 * dots?, dashed?, band: [[x, low, high]]? }; marks: { x or y, label? }. `alt` says what
 * is seen now.
 */
export function linePlot({ label, x, y, width = 440, height = 260 }) {
  const node = element("svg", {
    class: "c2a-plot",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
  });
  node.style.maxWidth = `${width / 14}rem`;
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];

  const range = (axis, values) => {
    const found = values.filter((v) => Number.isFinite(v) && (!axis.log || v > 0));
    const min = axis.min ?? Math.min(...found);
    const max = axis.max ?? Math.max(...found);
    return max > min ? [min, max] : [min - 1, min + 1];
  };

  const show = ({ series, marks = [], alt }) => {
    const points = series.flatMap((one) => one.points);
    const bands = series.flatMap((one) => one.band ?? []);
    const [x0, x1] = range(
      x,
      points.map(([a]) => a),
    );
    const [y0, y1] = range(y, [
      ...points.map(([, b]) => b),
      ...bands.flatMap(([, low, high]) => [low, high]),
    ]);
    const px = (v) => MARGIN.left + scaled(v, x0, x1, x.log) * (right - MARGIN.left);
    const py = (v) => bottom - scaled(v, y0, y1, y.log) * (bottom - MARGIN.top);
    const path = (pairs) =>
      pairs
        .map(([a, b]) => [px(a), py(b)])
        .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
        .map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`)
        .join("");
    const parts = [...axes(px, py, [x0, x1], [y0, y1])];
    for (const mark of marks) parts.push(...drawMark(mark, px, py));
    for (const one of series) parts.push(...drawSeries(one, px, py, path));
    parts.push(...drawLabels(series, px, py));
    node.replaceChildren(...parts);
    node.setAttribute("aria-label", alt ? `${label}. ${alt}` : label);
  };

  const text = (content, attributes) => element("text", attributes, content);

  function axes(px, py, [x0, x1], [y0, y1]) {
    const frame = `M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}`;
    const parts = [element("path", { class: "c2a-axis", d: frame })];
    for (const v of ticks(x0, x1, { log: x.log })) {
      const at = px(v);
      parts.push(element("path", { class: "c2a-axis", d: `M${at} ${bottom}v4` }));
      parts.push(
        text(tickText(v, x.log), { x: at, y: bottom + 16, "text-anchor": "middle" }),
      );
    }
    for (const v of ticks(y0, y1, { log: y.log })) {
      const at = py(v);
      const line = `M${MARGIN.left - 4} ${at}H${right}`;
      parts.push(element("path", { class: "c2a-rule", d: line }));
      const place = { x: MARGIN.left - 7, y: at + 4, "text-anchor": "end" };
      parts.push(text(tickText(v, y.log), place));
    }
    const middle = (MARGIN.left + right) / 2;
    parts.push(text(x.label, { x: middle, y: height - 6, "text-anchor": "middle" }));
    const turned = `translate(13 ${(MARGIN.top + bottom) / 2}) rotate(-90)`;
    parts.push(text(y.label, { transform: turned, "text-anchor": "middle" }));
    return parts;
  }

  function drawMark(mark, px, py) {
    const upright = mark.x !== undefined;
    const at = upright ? px(mark.x) : py(mark.y);
    const line = upright
      ? `M${at} ${MARGIN.top}V${bottom}`
      : `M${MARGIN.left} ${at}H${right}`;
    const parts = [element("path", { class: "c2a-mark", d: line })];
    if (mark.label) {
      const place = upright
        ? { x: at + 4, y: MARGIN.top + 9 }
        : { x: right + 5, y: at + 4 };
      parts.push(text(mark.label, place));
    }
    return parts;
  }

  function drawSeries({ points, color = "var(--accent)", band, ...how }, px, py, path) {
    const parts = [];
    if (band) {
      const upper = band.map(([a, , high]) => [a, high]);
      const lower = band.map(([a, low]) => [a, low]).reverse();
      const area = element("path", {
        class: "c2a-band",
        d: `${path([...upper, ...lower])}Z`,
      });
      area.style.fill = color;
      parts.push(area);
    }
    if (how.line !== false) {
      const line = element("path", { class: "c2a-line", d: path(points) });
      line.style.stroke = color;
      if (how.dashed) line.style.strokeDasharray = "5 4";
      parts.push(line);
    }
    if (how.dots) {
      for (const [a, b] of points) {
        const dot = element("circle", { cx: px(a), cy: py(b), r: 3.5 });
        dot.style.fill = color;
        parts.push(dot);
      }
    }
    return parts;
  }

  function drawLabels(series, px, py) {
    const named = series.filter((one) => one.label && one.points.length);
    const ends = named.map(({ points }) => py(points.at(-1)[1]));
    const heights = spread(ends, LINE, MARGIN.top, bottom);
    return named.map(({ points, label: name, color = "var(--accent)" }, i) => {
      const swatch = element("tspan", {}, "\u25cf ");
      swatch.style.fill = color;
      const place = {
        x: Math.min(px(points.at(-1)[0]) + 6, right + 6),
        y: heights[i] + 4,
      };
      return element("text", place, swatch, name);
    });
  }

  return { node, show };
}
