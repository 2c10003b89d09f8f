import type { Measurement, Split as SplitName } from '@espalier/contracts';
import type { Split } from '@espalier/datasets';
import { weightOf, type NetworkWeights } from '@espalier/networks';
import type { TensorValue } from '@espalier/tensorflow';
import { batchOf, type Batch } from '../fit/batches.js';
import type { Evaluation } from './evaluation.js';
import type { NetworkGraph } from '../graph/network-graph.js';

/**
 * Counts of a batch are summed in float32, exact up to 2²⁴: a batch has at most so many values in
 * its largest tensor.
 */
const EXACT_COUNT = 2 ** 24;
/**
 * On a processor what is read and written stays in its caches (decision 0010); a GPU is the
 * quicker the more it is given.
 */
const EVALUATION_BATCH = { processor: 125, gpu: 250 };
/**
 * Over so many images zeros are counted: counting them on all would slow evaluation by a tenth and
 * more.
 */
const PROFILED_IMAGES = 1000;

interface Measured {
  readonly compiled: NetworkGraph;
  feeds(batch: Batch): Record<string, TensorValue>;
  weights(): Promise<NetworkWeights>;
}

/**
 * Accuracy and mean loss over a whole split; the sparsity profile over its first thousand images.
 */
export async function measureNetwork(
  network: Measured,
  evaluation: Evaluation,
  split: Split,
  name: SplitName,
  beforeBatch: () => void,
): Promise<Measurement> {
  const { graph, weighted } = network.compiled;
  const answers = [evaluation.loss, evaluation.rightAnswers];
  const fetches = [...answers, ...evaluation.nonZeroInputs, ...evaluation.nonZeroOutputs];
  let profiled = 0;
  const totals = new Float64Array(fetches.length);
  const batchSize = evaluationBatch(network.compiled);
  for (let from = 0; from < split.count; from += batchSize) {
    beforeBatch();
    const batch = batchOf(split, null, from, Math.min(split.count, from + batchSize));
    const isProfiled = profiled < PROFILED_IMAGES;
    if (isProfiled) profiled += batch.count;
    const sums = await graph.run(network.feeds(batch), isProfiled ? fetches : answers);
    sums.forEach(({ data }, i) => (totals[i] += Number(data[0])));
  }
  const [loss, right] = totals;
  const weights = await network.weights();
  const layers = weighted.map(({ name: layer, geometry, shape }, i) => {
    const kernel = weightOf(weights, `${layer}/kernel`).data;
    const left = kernel.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
    const inputs = profiled * geometry.input.height * geometry.input.width * geometry.input.channels;
    const outputs = profiled * shape.outputHeight * shape.outputWidth * shape.outputChannels * shape.groups;
    return {
      name: layer,
      weights: kernel.length,
      weightsLeft: left,
      density: {
        weights: left / kernel.length,
        inputs: totals[2 + i] / inputs,
        outputs: totals[2 + weighted.length + i] / outputs,
      },
    };
  });
  return {
    split: name,
    images: split.count,
    accuracy: right / split.count,
    loss: loss / split.count,
    profile: { layers },
  };
}

function evaluationBatch({ graph, weighted }: NetworkGraph): number {
  const quickest = graph.hasGpu ? EVALUATION_BATCH.gpu : EVALUATION_BATCH.processor;
  const largest = Math.max(
    ...weighted.map(({ geometry: { input, output } }) =>
      Math.max(input.height * input.width * input.channels, output.height * output.width * output.channels),
    ),
  );
  return Math.max(1, Math.min(quickest, Math.floor(EXACT_COUNT / largest)));
}
