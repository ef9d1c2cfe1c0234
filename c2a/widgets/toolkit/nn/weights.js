// Weights of a trained model: one file in the layout of safetensors, fetched when needed.
import { size, tensor } from "./tensor.js";

/** A number of IEEE half precision from its 16 bits. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const READERS = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), half),
  I8: (bytes) => Float32Array.from(new Int8Array(bytes)),
};

/**
 * The arrays of a file (bytes, a Uint8Array): name -> tensor, all float32.
 * An int8 array is multiplied by its partner NAME/scale, one number a row.
 */
export function readWeights(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const read = {};
  for (const [name, entry] of Object.entries(header)) {
    if (!(entry.dtype in READERS)) continue; // metadata, counters
    const [from, to] = entry.data_offsets;
    const part = bytes.slice(start + from, start + to).buffer;
    read[name] = tensor(entry.shape, READERS[entry.dtype](part));
  }
  for (const [name, { dtype }] of Object.entries(header)) {
    if (dtype !== "I8") continue;
    const { shape, data } = read[name];
    const scale = read[`${name}/scale`].data;
    const width = size(shape.slice(1));
    data.forEach((value, i) => (data[i] = value * scale[Math.floor(i / width)]));
    delete read[`${name}/scale`];
  }
  return read;
}

/** The bytes as the kernel sends them when asked. */
function ask(model, name) {
  return new Promise((resolve, reject) => {
    const answer = (content, buffers) => {
      if (content.weights !== name) return;
      model.off("msg:custom", answer);
      if (content.missing) reject(new Error(content.missing));
      else resolve(buffers[0]);
    };
    model.on("msg:custom", answer);
    model.send({ weights: name });
  });
}

/** Promise of the weights `name`: a file of the static page, or the kernel's bytes. */
export async function loadWeights(model, name) {
  const view = model.file
    ? await model.file(`weights/${name}.safetensors`)
    : await ask(model, name);
  return readWeights(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}
