// The geometry of sliding windows: which cells a kernel reads, along one axis.

/** Cells that a dilated kernel covers: d (k - 1) + 1. */
export function span(kernel, dilation = 1) {
  return dilation * (kernel - 1) + 1;
}

/** floor((n + 2p - d (k - 1) - 1) / s) + 1; zero or less where nothing fits. */
export function outputSize(input, kernel, stride = 1, padding = 0, dilation = 1) {
  return Math.floor((input + 2 * padding - span(kernel, dilation)) / stride) + 1;
}

/** Input indices that output cell `o` reads; some may be padding. */
export function taps(o, kernel, stride = 1, padding = 0, dilation = 1) {
  return Array.from({ length: kernel }, (_, u) => o * stride - padding + u * dilation);
}

/**
 * Input indices that no output cell reads.
 * `beyond` lies after the last tap: the floor cut it off. `between` is stepped over.
 */
export function unread(input, kernel, stride = 1, padding = 0, dilation = 1) {
  const read = new Set();
  const size = outputSize(input, kernel, stride, padding, dilation);
  for (let o = 0; o < size; o++) {
    for (const i of taps(o, kernel, stride, padding, dilation)) read.add(i);
  }
  const last = Math.max(...read);
  const between = [];
  const beyond = [];
  for (let i = 0; i < input; i++) {
    if (!read.has(i)) (i > last ? beyond : between).push(i);
  }
  return { between, beyond };
}

/**
 * Where a padded cell takes its value from.
 * Mode "zeros" gives -1 outside; "replicate" the border cell; "reflect" the mirror
 * image that does not repeat the border cell; "circular" the other side. As in torch.
 */
export function sourceIndex(index, size, mode = "zeros") {
  if (index >= 0 && index < size) return index;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return index < 0 ? 0 : size - 1;
  if (mode === "circular") return ((index % size) + size) % size;
  if (mode !== "reflect") throw new RangeError(`unknown padding mode: ${mode}`);
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const phase = ((index % period) + period) % period;
  return Math.min(phase, period - phase);
}
