import type { Split } from '@espalier/datasets';
import type { ActivationRange } from '@espalier/networks';
import { batchOf } from '../fit/batches.js';
import { T } from '../graph/reshape-tensors.js';
import type { TrainableNetwork } from '../step/trainable-network.js';

const BATCH = 100;

/**
 * Least and largest value of each weighted layer's input and output over a split: what int8
 * quantisation starts from.
 */
export async function activationRanges(
  network: TrainableNetwork,
  split: Split,
): Promise<Map<string, { input: ActivationRange; output: ActivationRange }>> {
  const { graph, inference, pixels, weighted } = network.compiled;
  const extreme = (type: 'Min' | 'Max', tensor: string): string =>
    graph.add(type, [graph.add('Reshape', [tensor, graph.integers(-1)], T), graph.integers(0)], T);
  const fetches = weighted.flatMap(({ name, geometry }) => {
    const input = inference.layers.get(geometry.sources[0])?.output ?? pixels;
    const output = inference.layers.get(name)?.output ?? pixels;
    return [extreme('Min', input), extreme('Max', input), extreme('Min', output), extreme('Max', output)];
  });
  const found = fetches.map((_, i) => (i % 2 === 0 ? Infinity : -Infinity));
  for (let from = 0; from < split.count; from += BATCH) {
    const batch = batchOf(split, null, from, Math.min(split.count, from + BATCH));
    const values = await graph.run(network.feeds(batch), fetches);
    values.forEach(({ data }, i) => {
      found[i] = i % 2 === 0 ? Math.min(found[i], Number(data[0])) : Math.max(found[i], Number(data[0]));
    });
  }
  return new Map(
    weighted.map(({ name }, i) => [
      name,
      {
        input: { min: found[4 * i], max: found[4 * i + 1] },
        output: { min: found[4 * i + 2], max: found[4 * i + 3] },
      },
    ]),
  );
}
