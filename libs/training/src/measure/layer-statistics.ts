import type { Split } from '@espalier/datasets';
import { isVector, type ImageShape, type WeightedLayer, type WeightTensor } from '@espalier/networks';
import { batchOf } from '../fit/batches.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { FLOAT, pad, reshape, T } from '../graph/reshape-tensors.js';
import { float32, type TrainableNetwork } from '../step/trainable-network.js';

/**
 * What least-squares pruning of a layer needs of the data, one entry for each of its groups; see
 * libs/pruning.
 */
export interface LayerStatistics {
  /** XᵀX, weights × weights of one filter, row-major. */
  readonly gram: Float64Array;
  /** XᵀŶ, weights × filters of the group, row-major. */
  readonly correlation: Float64Array;
  /**
   * Some rows of X and Ŷ, if they were asked for: rows × weights, and rows × filters of the group,
   * row-major.
   */
  readonly samples?: { readonly inputs: Float32Array; readonly targets: Float32Array };
}

const BATCH = 100;
/** Patches of one batch in float32 stay below this. */
const PATCH_BYTES = 256 * 2 ** 20;

/**
 * Accumulates a layer's statistics over the first `images` of a split: X are the layer's inputs in
 * the network as it is pruned so far, Ŷ its outputs in the dense one, so that pruning a layer also
 * makes up for errors before it. TensorFlow makes the patches and the products; nothing larger than
 * a Gram matrix comes back.
 *
 * @param rows about so many rows are given too, drawn evenly over all
 */
export async function layerStatistics(
  pruned: TrainableNetwork,
  dense: TrainableNetwork,
  layer: string,
  split: Split,
  images: number,
  rows = 0,
): Promise<LayerStatistics[]> {
  const nodes = statisticsNodes(pruned.compiled, layer);
  const weighted = weightedOf(pruned.compiled, layer);
  const product = dense.compiled.inference.layers.get(layer)?.product ?? '';
  const { outputHeight, outputWidth, kernelHeight, kernelWidth, inputChannels, groups } = weighted.shape;
  const patchBytes = 4 * outputHeight * outputWidth * kernelHeight * kernelWidth * inputChannels * groups;
  const batchSize = Math.max(1, Math.min(BATCH, Math.floor(PATCH_BYTES / patchBytes)));
  let gram = new Float64Array(0);
  let correlation = new Float64Array(0);
  const samples: WeightTensor[][] = [];
  const count = Math.min(images, split.count);
  for (let from = 0; from < count; from += batchSize) {
    const batch = batchOf(split, null, from, Math.min(count, from + batchSize));
    const [targets] = await dense.compiled.graph.run(dense.feeds(batch), [product]);
    const feeds = { ...pruned.feeds(batch), [nodes.targets]: targets };
    const [g, b] = (await pruned.compiled.graph.run(feeds, [nodes.gram, nodes.correlation])).map(float32);
    if (rows > 0) {
      const all = batch.count * outputHeight * outputWidth;
      const some = Math.max(1, Math.min(all, Math.round((rows * batch.count) / count)));
      const chosen = Int32Array.from({ length: some }, (_, i) => Math.floor(((i + 0.5) * all) / some));
      const at = { [nodes.rows]: { dtype: 'int32' as const, shape: [some], data: chosen } };
      samples.push((await pruned.compiled.graph.run({ ...feeds, ...at }, [nodes.inputs, nodes.outputs])).map(float32));
    }
    if (from === 0) {
      gram = new Float64Array(g.data.length);
      correlation = new Float64Array(b.data.length);
    }
    // Float32 sums over a batch, float64 over batches: a long float32 sum would lose the small
    // eigenvalues.
    for (let i = 0; i < gram.length; i++) gram[i] += g.data[i];
    for (let i = 0; i < correlation.length; i++) correlation[i] += b.data[i];
  }
  return Array.from({ length: groups }, (_, group) => {
    const part = <A extends Float64Array>(all: A): Float64Array =>
      all.subarray((group * all.length) / groups, ((group + 1) * all.length) / groups);
    const ownGram = part(gram);
    symmetrise(ownGram);
    const rowsOf = (which: 0 | 1): Float32Array =>
      concatenated(
        samples.map((batch) => {
          const { data } = batch[which];
          return data.subarray((group * data.length) / groups, ((group + 1) * data.length) / groups);
        }),
      );
    return {
      gram: ownGram,
      correlation: part(correlation),
      ...(rows > 0 && { samples: { inputs: rowsOf(0), targets: rowsOf(1) } }),
    };
  });
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

interface StatisticsNodes {
  /** Outputs to reproduce, in the layer's output shape. */
  readonly targets: string;
  /** groups × weights × weights */
  readonly gram: string;
  /** groups × weights × filters of a group */
  readonly correlation: string;
  /**
   * Numbers of the rows that `inputs` and `outputs` are to give, each as groups × rows × columns.
   */
  readonly rows: string;
  readonly inputs: string;
  readonly outputs: string;
}

const known = new WeakMap<NetworkGraph, Map<string, StatisticsNodes>>();

function statisticsNodes(compiled: NetworkGraph, name: string): StatisticsNodes {
  const byLayer = known.get(compiled) ?? new Map<string, StatisticsNodes>();
  known.set(compiled, byLayer);
  const found = byLayer.get(name);
  if (found) return found;
  const { graph, inference, pixels } = compiled;
  const { geometry, shape } = weightedOf(compiled, name);
  const { groups, inputChannels, outputChannels } = shape;
  const input = inference.layers.get(geometry.sources[0])?.output ?? pixels;
  const targets = graph.placeholder(`${name}/targets`, 'float32', [-1, ...outputShape(geometry.output)]);
  const positions = shape.kernelHeight * shape.kernelWidth;
  // rows × groups × columns becomes groups × rows × columns
  const byGroup = (rows: string): string =>
    graph.add('Transpose', [rows, graph.integers(1, 0, 2)], { ...T, Tperm: { dtype: 'int32' } });
  const patches = patchesOf(compiled, name, input);
  // Patches lie as positions × channels; a group's are the same channels at each position.
  const apart = graph.add('Reshape', [patches, graph.integers(-1, positions, groups, inputChannels)], T);
  const turned = graph.add('Transpose', [apart, graph.integers(0, 2, 1, 3)], { ...T, Tperm: { dtype: 'int32' } });
  const inputs = byGroup(graph.add('Reshape', [turned, graph.integers(-1, groups, positions * inputChannels)], T));
  const outputs = byGroup(graph.add('Reshape', [targets, graph.integers(-1, groups, outputChannels)], T));
  const product = (right: string): string =>
    graph.add('BatchMatMulV2', [inputs, right], { ...T, adj_x: { bool: true }, adj_y: { bool: false } });
  const rows = graph.placeholder(`${name}/rows`, 'int32', [-1]);
  const axis = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(1) });
  const rowsOf = (matrix: string): string =>
    graph.add('GatherV2', [matrix, rows, axis], {
      Tparams: FLOAT,
      Tindices: { dtype: 'int32' },
      Taxis: { dtype: 'int32' },
      batch_dims: { int: 0 },
    });
  const nodes = {
    targets,
    gram: product(inputs),
    correlation: product(outputs),
    rows,
    inputs: rowsOf(inputs),
    outputs: rowsOf(outputs),
  };
  byLayer.set(name, nodes);
  return nodes;
}

/** A layer's inputs as a matrix of rows × (positions × channels). */
function patchesOf({ graph, weighted }: NetworkGraph, name: string, input: string): string {
  const found = weighted.find((each) => each.name === name);
  if (!found || found.geometry.layer.kind === 'dense') return input;
  const { layer, input: image } = found.geometry;
  const [height, width] = layer.kernelSize;
  const { dilation = 1, padding } = layer;
  const edges = typeof padding === 'string' ? undefined : padding;
  const flow = isVector(image) ? reshape(graph, input, [1, 1, image.channels]) : input;
  const extracted = graph.add('ExtractImagePatches', [edges ? pad(graph, flow, edges, 0) : flow], {
    T: FLOAT,
    ksizes: { ints: [1, height, width, 1] },
    strides: { ints: [1, layer.stride, layer.stride, 1] },
    rates: { ints: [1, dilation, dilation, 1] },
    padding: { string: edges ? 'VALID' : (padding as string).toUpperCase() },
  });
  return graph.add('Reshape', [extracted, graph.integers(-1, height * width * image.channels)], T);
}

function weightedOf({ weighted, network }: NetworkGraph, name: string): WeightedLayer {
  const found = weighted.find((each) => each.name === name);
  if (!found) throw new RangeError(`${network.name} has no layer ${name} with weights`);
  return found;
}

function outputShape(image: ImageShape): number[] {
  return isVector(image) ? [image.channels] : [image.height, image.width, image.channels];
}

/**
 * XᵀX is symmetric; its computed halves differ in the last bits, depending on how TensorFlow
 * blocked the product.
 */
function symmetrise(gram: Float64Array): void {
  const size = Math.sqrt(gram.length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (gram[i * size + j] + gram[j * size + i]) / 2;
      gram[i * size + j] = mean;
      gram[j * size + i] = mean;
    }
  }
}
