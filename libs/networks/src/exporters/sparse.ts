import type { Network } from '../graph/network.js';
import { weightedLayers } from '../graph/weighted-layers.js';
import { weightOf, type NetworkWeights, type WeightTensor } from '../graph/weights.js';

/** Least and largest value of a tensor over data. */
export interface ActivationRange {
  readonly min: number;
  readonly max: number;
}

/**
 * What the JSON file of the sparse form says of one layer. Offsets and lengths are in bytes of the
 * binary file.
 */
export interface SparseLayer {
  readonly name: string;
  /** Of the kernel as a matrix: weights of one filter in the kernel's order, filters. */
  readonly rows: number;
  readonly columns: number;
  readonly kernelShape: readonly number[];
  readonly nonZeros: number;
  /**
   * `csr`: for each filter where its values begin (uint32), their rows (uint32), values. `bitmask`:
   * a bit a weight, values.
   */
  readonly encoding: 'csr' | 'bitmask';
  readonly parts: Readonly<Record<string, { readonly offset: number; readonly length: number }>>;
  /** For each filter max|w| / 127: what an int8 weight of 1 stands for. */
  readonly weightScales: readonly number[];
  /** Of the layer's input and output over the data that were given. */
  readonly input?: ActivationRange;
  readonly output?: ActivationRange;
}

export interface SparseModel {
  readonly json: string;
  readonly binary: Uint8Array;
}

/**
 * A pruned network as its non-zero weights only, filter by filter, each layer in the smaller of two
 * encodings, with what int8 quantisation needs to know. Biases and normalisations are stored whole.
 *
 * @param ranges by layer, measured on data; see TrainableNetwork.activationRanges in libs/training
 */
export function exportSparse(
  network: Network,
  weights: NetworkWeights,
  ranges: ReadonlyMap<string, { readonly input: ActivationRange; readonly output: ActivationRange }> = new Map(),
): SparseModel {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const put = (data: Uint8Array | Uint32Array | Float32Array): { offset: number; length: number } => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const padded = Math.ceil(bytes.length / 4) * 4;
    const chunk = new Uint8Array(padded);
    chunk.set(bytes);
    chunks.push(chunk);
    const at = { offset, length: bytes.length };
    offset += padded;
    return at;
  };
  const layers = weightedLayers(network).map(({ name, kernelShape }): SparseLayer => {
    const kernel = weightOf(weights, `${name}/kernel`).data;
    const columns = kernelShape[kernelShape.length - 1];
    const rows = kernel.length / columns;
    const starts = new Uint32Array(columns + 1);
    const indices: number[] = [];
    const values: number[] = [];
    const bits = new Uint8Array(Math.ceil(kernel.length / 8));
    const weightScales: number[] = [];
    for (let f = 0; f < columns; f++) {
      let largest = 0;
      for (let row = 0; row < rows; row++) {
        const weight = kernel[row * columns + f];
        largest = Math.max(largest, Math.abs(weight));
        if (weight === 0) continue;
        const bit = f * rows + row;
        bits[bit >> 3] |= 1 << (bit & 7);
        indices.push(row);
        values.push(weight);
      }
      starts[f + 1] = values.length;
      weightScales.push(largest / 127);
    }
    const isCsr = 4 * (indices.length + starts.length) < bits.length;
    const encoded: SparseLayer['parts'] = isCsr
      ? { starts: put(starts), rows: put(Uint32Array.from(indices)) }
      : { bits: put(bits) };
    return {
      name,
      rows,
      columns,
      kernelShape,
      nonZeros: values.length,
      encoding: isCsr ? 'csr' : 'bitmask',
      parts: { ...encoded, values: put(Float32Array.from(values)) },
      weightScales,
      ...ranges.get(name),
    };
  });
  const whole = [...weights]
    .filter(([name]) => !name.endsWith('/kernel'))
    .map(([name, { shape, data }]) => ({ name, shape, ...put(data) }));
  const json = `${JSON.stringify({ format: 'espalier-sparse-1', network, layers, whole }, null, 2)}\n`;
  return { json, binary: Buffer.concat(chunks) };
}

/** The weights that a sparse model stands for. */
export function readSparse({ json, binary }: SparseModel): Map<string, WeightTensor> {
  const { layers, whole } = JSON.parse(json) as {
    layers: SparseLayer[];
    whole: { name: string; shape: number[]; offset: number; length: number }[];
  };
  const bytes = (part: { offset: number; length: number }): ArrayBuffer =>
    Uint8Array.from(binary.subarray(part.offset, part.offset + part.length)).buffer;
  const weights = new Map<string, WeightTensor>();
  for (const { name, rows, columns, kernelShape, encoding, parts } of layers) {
    const values = new Float32Array(bytes(parts.values));
    const data = new Float32Array(rows * columns);
    if (encoding === 'csr') {
      const starts = new Uint32Array(bytes(parts.starts));
      const indices = new Uint32Array(bytes(parts.rows));
      for (let f = 0; f < columns; f++) {
        for (let at = starts[f]; at < starts[f + 1]; at++) data[indices[at] * columns + f] = values[at];
      }
    } else {
      const bits = new Uint8Array(bytes(parts.bits));
      let at = 0;
      for (let bit = 0; bit < rows * columns; bit++) {
        if (bits[bit >> 3] & (1 << (bit & 7))) data[(bit % rows) * columns + Math.floor(bit / rows)] = values[at++];
      }
    }
    weights.set(`${name}/kernel`, { shape: kernelShape, data });
  }
  for (const { name, shape, ...part } of whole) weights.set(name, { shape, data: new Float32Array(bytes(part)) });
  return weights;
}
