import { ImagesInMemory, type Split } from '@espalier/datasets';
import {
  channelGraph,
  dependencyGroups,
  inferShapes,
  weightShapes,
  type ChannelGraph,
  type Network,
  type NetworkWeights,
} from '@espalier/networks';
import { pruneFilters, removeChannels, type FilterCriterion } from '@espalier/pruning';
import { batchOf, decodeCheckpoint, encodeCheckpoint, initialWeights, TrainableNetwork } from '@espalier/training';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';

interface Sizes {
  readonly groups: number;
  readonly width: number;
  readonly multiplier: number;
  readonly isFlattened: boolean;
}

/**
 * Grouped and depthwise convolutions, a concatenation, a sum, a rescaling by channel; all of it
 * gives 0 for 0.
 */
function grouped({ groups, width, multiplier, isFlattened }: Sizes): Network {
  const filters = groups * width;
  const both = filters * (multiplier + 1);
  const conv = { kind: 'conv2d', kernelSize: [3, 3], stride: 1, padding: 'same', activation: 'relu' } as const;
  const numbers = Array.from({ length: both }, (_, i) => 0.5 + i / both);
  return {
    name: 'grouped',
    input: { height: 5, width: 4, channels: 2 },
    classes: 3,
    layers: [
      { ...conv, name: 'stem', filters },
      { kind: 'batchNormalization', name: 'norm', epsilon: 1e-3, momentum: 0.9 },
      { ...conv, name: 'grouped', filters, groups },
      { ...conv, name: 'depthwise', filters: filters * multiplier, groups: filters },
      { kind: 'concatenate', name: 'joined', from: ['norm', 'depthwise'] },
      { kind: 'rescaling', name: 'scaled', scale: numbers, offset: [0] },
      { ...conv, name: 'mixed', filters: 2 * groups, groups },
      { ...conv, name: 'plain', from: ['scaled'], kernelSize: [1, 1], filters: 2 * groups },
      { kind: 'add', name: 'sum', from: ['mixed', 'plain'] },
      isFlattened ? { kind: 'flatten', name: 'vector' } : { kind: 'globalMaxPooling2d', name: 'vector' },
      { kind: 'dense', name: 'hidden', units: 6, activation: 'relu' },
      { kind: 'dense', name: 'head', units: 3, activation: 'linear' },
    ],
  };
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  groups: fc.constantFrom(2, 3, 4),
  width: fc.integer({ min: 2, max: 3 }),
  multiplier: fc.integer({ min: 1, max: 2 }),
  isFlattened: fc.boolean(),
});

const images: Split = {
  images: new ImagesInMemory(
    Uint8Array.from({ length: 3 * 40 }, (_, i) => (i * 53) % 256),
    40,
  ),
  labels: new Uint8Array(3),
  count: 3,
};

async function answersOf(network: Network, weights: NetworkWeights): Promise<number[]> {
  const trainable = new TrainableNetwork(network, { intraOp: 1, interOp: 1 });
  try {
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    return [...(await trainable.logits(batchOf(images, null, 0, images.count)))];
  } finally {
    trainable.close();
  }
}

/** The weights with which the whole network gives 0 in the channels that are removed. */
function silenced(weights: NetworkWeights, graph: ChannelGraph, removed: ReadonlySet<number>): NetworkWeights {
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      const [layer, role] = name.split('/');
      const channels = graph.channels.get(layer) ?? [];
      const isKept = (i: number): boolean => role === 'variance' || !removed.has(channels[i % channels.length]);
      return [name, { shape, data: data.map((value, i) => (isKept(i) ? value : 0)) }];
    }),
  );
}

function biased(network: Network): NetworkWeights {
  const weights = new Map(initialWeights(network, 5));
  for (const [name, { shape, data }] of weights) {
    if (/bias|beta|mean/.test(name)) weights.set(name, { shape, data: data.map((_, i) => 0.1 * ((i % 5) - 1)) });
  }
  return weights;
}

describe('removeChannels', () => {
  it('leaves what the network answers without those channels, its groups even, from round to round', async () => {
    const rounds = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(sizes, rounds, async (size, goesByRound) => {
        const dense = grouped(size);
        let before: ReturnType<typeof removeChannels> = { network: dense, weights: biased(dense) };
        for (const goes of goesByRound) {
          const { network, weights } = before;
          const graph = channelGraph(network);
          const removed = new Set(
            // The first channel of each group of layers stays.
            dependencyGroups(network, graph).flatMap(({ channels }) =>
              channels.filter((channel, i) => i > 0 && goes[channel % goes.length]),
            ),
          );
          let smaller: typeof before;
          try {
            smaller = removeChannels(network, weights, removed, graph);
          } catch (error) {
            expect((error as Error).message).toContain('would be left without channels');
            return;
          }
          inferShapes(smaller.network);
          for (const [name, shape] of weightShapes(smaller.network)) {
            expect([name, smaller.weights.get(name)?.shape]).toEqual([name, shape]);
          }
          const whole = await answersOf(network, silenced(weights, graph, removed));
          const left = await answersOf(smaller.network, smaller.weights);
          left.forEach((answer, i) => expect(Math.abs(answer - whole[i])).toBeLessThan(1e-4));
          const checkpoint = { ...smaller, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
          expect(decodeCheckpoint(dense, encodeCheckpoint(checkpoint)).network).toEqual(smaller.network);
          before = smaller;
        }
      }),
      {
        numRuns: 15,
        examples: [
          [{ groups: 2, width: 2, multiplier: 1, isFlattened: false }, [[true], [false, false, false, true, false]]],
        ],
      },
    );
  });
});

describe('pruneFilters', () => {
  const byFirstWeight: FilterCriterion = ({ weights, name }) => weights.get(`${name}/bias`)?.data;

  it('keeps a filter of each layer, whatever is asked, from round to round', () => {
    const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(sizes, shares, (size, keptByRound) => {
        const dense = grouped(size);
        let pruned: ReturnType<typeof pruneFilters> = { network: dense, weights: biased(dense) };
        for (const kept of keptByRound) {
          const density = Object.fromEntries(
            ['stem', 'grouped', 'depthwise', 'mixed', 'plain', 'hidden'].map((name) => [name, kept]),
          );
          pruned = pruneFilters(pruned.network, pruned.weights, { criterion: byFirstWeight, density });
          for (const { output } of inferShapes(pruned.network)) expect(output.channels).toBeGreaterThan(0);
        }
      }),
      { numRuns: 50 },
    );
  });
});
