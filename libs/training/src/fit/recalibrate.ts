import type { Split } from '@espalier/datasets';
import { batchOf } from './batches.js';
import type { TrainableNetwork } from '../step/trainable-network.js';

const BATCH = 100;

/**
 * Sets the moving mean and variance of batch normalisations anew, to their averages over the first
 * `images` of a split: after pruning, what they had learned no longer describes what they get.
 * Layers after one that changes are measured with the batches' own statistics, as in training.
 */
export async function recalibrate(network: TrainableNetwork, split: Split, images: number): Promise<void> {
  const { compiled } = network;
  const { graph } = compiled;
  const pass = compiled.trainingPass(false);
  const statistics = [...pass.layers].flatMap(([layer, { statistics: own }]) => (own ? [{ layer, ...own }] : []));
  if (statistics.length === 0) return;
  const fetches = statistics.flatMap(({ mean, variance }) => [mean, variance]);
  const batches = Math.max(1, Math.floor(Math.min(images, split.count) / BATCH));
  const sums: Float64Array[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const feeds = network.feeds(batchOf(split, null, batch * BATCH, Math.min(split.count, (batch + 1) * BATCH)));
    const values = await graph.run(feeds, fetches);
    values.forEach(({ data }, i) => {
      sums[i] ??= new Float64Array(data.length);
      for (let channel = 0; channel < data.length; channel++) sums[i][channel] += Number(data[channel]) / batches;
    });
  }
  await graph.set(
    statistics.flatMap(({ layer }, i) => [
      { variable: compiled.variable(`${layer}/mean`), data: Float32Array.from(sums[2 * i]) },
      { variable: compiled.variable(`${layer}/variance`), data: Float32Array.from(sums[2 * i + 1]) },
    ]),
  );
}
