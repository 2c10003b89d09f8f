import type { Split } from '@espalier/datasets';
import type { TrainableNetwork } from './trainable-network.js';

/** What least-squares pruning of a layer needs of the data; see libs/pruning. */
export interface LayerStatistics {
  /** XᵀX, weights × weights of one filter, row-major. */
  readonly gram: Float64Array;
  /** XᵀŶ, weights × filters, row-major. */
  readonly correlation: Float64Array;
}

const BATCH = 100;

/**
 * Accumulates a layer's statistics over the first `images` of a split: X are the layer's inputs in the network as it is
 * pruned so far, Ŷ its outputs in the dense one, so that pruning a layer also makes up for errors before it.
 */
export async function layerStatistics(
  pruned: TrainableNetwork,
  dense: TrainableNetwork,
  layer: string,
  split: Split,
  images: number,
): Promise<LayerStatistics> {
  let gram = new Float64Array(0);
  let correlation = new Float64Array(0);
  const count = Math.min(images, split.count);
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(count, from + BATCH);
    const targets = await dense.products(layer, split, from, to);
    const part = await pruned.gram(layer, split, from, to, targets);
    if (from === 0) {
      gram = new Float64Array(part.gram.length);
      correlation = new Float64Array(part.correlation.length);
    }
    // Float32 sums over a batch, float64 over batches: a long float32 sum would lose the small eigenvalues.
    for (let i = 0; i < gram.length; i++) gram[i] += part.gram[i];
    for (let i = 0; i < correlation.length; i++) correlation[i] += part.correlation[i];
  }
  symmetrise(gram);
  return { gram, correlation };
}

/** XᵀX is symmetric; its computed halves differ in the last bits, depending on how TensorFlow blocked the product. */
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
