import type { Split } from '@espalier/datasets';
import { weightOf } from '@espalier/networks';
import { batchOf } from '../fit/batches.js';
import { addCrossEntropy, addMean } from '../graph/cross-entropy.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { float32, type TrainableNetwork } from './trainable-network.js';

/** Gradients of the loss by a layer's kernel over batches of data; see libs/pruning. */
export interface WeightGradients {
  readonly mean: Float32Array;
  readonly meanSquare: Float32Array;
  /** For each filter E[(Σ g w)²]. */
  readonly filterMeanSquare: Float32Array;
}

const BATCH = 32;

/**
 * Gradients of each kernel over the first `images` of a split, with batch normalisations as they
 * are in use.
 */
export async function weightGradients(
  network: TrainableNetwork,
  split: Split,
  images: number,
  signal?: AbortSignal,
): Promise<Map<string, WeightGradients>> {
  const { graph, weighted } = network.compiled;
  const nodes = gradientNodes(network.compiled);
  const weights = await network.weights();
  const sums = weighted.map(({ name, kernelShape }) => {
    const kernel = weightOf(weights, `${name}/kernel`).data;
    const filters = kernelShape[kernelShape.length - 1];
    return {
      kernel,
      filters,
      mean: new Float64Array(kernel.length),
      square: new Float64Array(kernel.length),
      filter: new Float64Array(filters),
    };
  });
  const batches = Math.max(1, Math.floor(Math.min(images, split.count) / BATCH));
  for (let batch = 0; batch < batches; batch++) {
    signal?.throwIfAborted();
    const from = batch * BATCH;
    const feeds = network.feeds(batchOf(split, null, from, Math.min(split.count, from + BATCH)));
    const gradients = await graph.run(feeds, nodes);
    gradients.forEach((gradient, layer) => {
      const { data } = float32(gradient);
      const { kernel, filters, mean, square, filter } = sums[layer];
      const change = new Float64Array(filters);
      for (let i = 0; i < data.length; i++) {
        mean[i] += data[i];
        square[i] += data[i] ** 2;
        change[i % filters] += data[i] * kernel[i];
      }
      for (let f = 0; f < filters; f++) filter[f] += change[f] ** 2;
    });
  }
  const average = (values: Float64Array): Float32Array => Float32Array.from(values, (value) => value / batches);
  return new Map(
    weighted.map(({ name }, i) => {
      const { mean, square, filter } = sums[i];
      return [name, { mean: average(mean), meanSquare: average(square), filterMeanSquare: average(filter) }];
    }),
  );
}

const known = new WeakMap<NetworkGraph, readonly string[]>();

function gradientNodes(compiled: NetworkGraph): readonly string[] {
  const found = known.get(compiled);
  if (found) return found;
  const { graph, gradientsPass, weighted } = compiled;
  const loss = addMean(compiled, addCrossEntropy(compiled, gradientsPass.logits));
  const nodes = graph.gradients(
    [loss],
    weighted.map(({ name }) => compiled.variable(`${name}/kernel`).read),
  );
  known.set(compiled, nodes);
  return nodes;
}
