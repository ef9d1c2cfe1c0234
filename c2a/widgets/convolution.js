// Two-dimensional convolution as the chapter defines it, for the figures that show it.
// A grid is { rows, cols, data }: numbers row by row in a Float64Array.

export function grid(rows, cols, data = new Float64Array(rows * cols)) {
  return { rows, cols, data };
}

/** Grid from an array of rows. */
export function fromRows(rows) {
  return grid(rows.length, rows[0].length, Float64Array.from(rows.flat()));
}

/** Array of rows from a grid. */
export function toRows({ rows, cols, data }) {
  return Array.from({ length: rows }, (_, r) =>
    Array.from(data.subarray(r * cols, (r + 1) * cols)),
  );
}

/** The grid rotated by 180 degrees: what tells convolution from cross-correlation. */
export function flip({ rows, cols, data }) {
  return grid(rows, cols, data.slice().reverse());
}

/**
 * Where along one axis a padded cell takes its value from.
 * Mode "zero" gives -1 outside; "replicate" the border cell; "reflect" the mirror
 * image that does not repeat the border cell (NumPy "reflect", PyTorch "reflect").
 */
export function sourceIndex(index, size, mode = "zero") {
  if (index >= 0 && index < size) return index;
  if (mode === "zero") return -1;
  if (mode === "replicate") return index < 0 ? 0 : size - 1;
  if (mode !== "reflect") throw new RangeError(`unknown padding mode: ${mode}`);
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const phase = ((index % period) + period) % period;
  return Math.min(phase, period - phase);
}

/** The grid with `pad` cells more on every side. */
export function pad2d(x, pad, mode = "zero") {
  const padded = grid(x.rows + 2 * pad, x.cols + 2 * pad);
  for (let r = 0; r < padded.rows; r++) {
    const fromRow = sourceIndex(r - pad, x.rows, mode);
    if (fromRow < 0) continue;
    for (let c = 0; c < padded.cols; c++) {
      const fromCol = sourceIndex(c - pad, x.cols, mode);
      if (fromCol < 0) continue;
      padded.data[r * padded.cols + c] = x.data[fromRow * x.cols + fromCol];
    }
  }
  return padded;
}

/** Cells that a dilated kernel covers along one axis: d (k - 1) + 1. */
export function span(kernel, dilation = 1) {
  return dilation * (kernel - 1) + 1;
}

/** floor((n + 2p - d (k - 1) - 1) / s) + 1; zero or less where nothing fits. */
export function outputSize(input, kernel, stride = 1, padding = 0, dilation = 1) {
  return Math.floor((input + 2 * padding - span(kernel, dilation)) / stride) + 1;
}

/** Input indices along one axis that output cell `o` reads; some may be padding. */
export function taps(o, kernel, stride = 1, padding = 0, dilation = 1) {
  return Array.from({ length: kernel }, (_, m) => o * stride - padding + m * dilation);
}

/**
 * Input indices that no output cell reads, along one axis.
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

/** Cross-correlation: what deep learning calls convolution. Flip first for the other. */
export function correlate2d(
  x,
  kernel,
  { stride = 1, padding = 0, dilation = 1, mode = "zero" } = {},
) {
  const rows = outputSize(x.rows, kernel.rows, stride, padding, dilation);
  const cols = outputSize(x.cols, kernel.cols, stride, padding, dilation);
  if (rows < 1 || cols < 1) throw new RangeError("the kernel is larger than the input");
  const padded = pad2d(x, padding, mode);
  const y = grid(rows, cols);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      let sum = 0;
      for (let m = 0; m < kernel.rows; m++) {
        const from = (r * stride + m * dilation) * padded.cols + c * stride;
        for (let n = 0; n < kernel.cols; n++) {
          sum += kernel.data[m * kernel.cols + n] * padded.data[from + n * dilation];
        }
      }
      y.data[r * cols + c] = sum;
    }
  }
  return y;
}

/**
 * The arithmetic of one output cell: one term per weight, in reading order.
 * A term is { row, col, padded, value, weight, product, running }; row and col index
 * the input (outside it where padded), running is the sum so far.
 */
export function arithmetic(
  x,
  kernel,
  row,
  col,
  { stride = 1, padding = 0, dilation = 1, mode = "zero" } = {},
) {
  const terms = [];
  let running = 0;
  const cols = taps(col, kernel.cols, stride, padding, dilation);
  taps(row, kernel.rows, stride, padding, dilation).forEach((r, m) => {
    cols.forEach((c, n) => {
      const fromRow = sourceIndex(r, x.rows, mode);
      const fromCol = sourceIndex(c, x.cols, mode);
      const empty = fromRow < 0 || fromCol < 0;
      const value = empty ? 0 : x.data[fromRow * x.cols + fromCol];
      const weight = kernel.data[m * kernel.cols + n];
      const padded = r < 0 || c < 0 || r >= x.rows || c >= x.cols;
      running += value * weight;
      terms.push({
        row: r,
        col: c,
        padded,
        value,
        weight,
        product: value * weight,
        running,
      });
    });
  });
  return terms;
}
