import { CRITERIA, type Criterion, type PruningSchedule } from '@espalier/contracts';
import { patternOf } from '@espalier/contracts/criteria';
import { eyeriss } from '@espalier/energy-model';
import { inferShapes, weightedLayers, weightShapes, type Network, type NetworkWeights } from '@espalier/networks';
import { RandomStream } from '@espalier/random';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { allocateWeights, lampScores } from './allocate-weights.js';
import { pruneOptimalBrainSurgeon } from './criteria/optimal-brain-surgeon.js';
import { nOfM } from './criteria/n-of-m.js';
import { BY_OUTPUT, WHILE_TRAINING } from './criteria.js';
import { highestScores } from './highest-scores.js';
import { reproductionError } from './by-output/least-squares.js';
import { pruneNetwork, trainingPruner } from './prune-network.js';
import type { PruningData } from './pruning-data.js';

const network: Network = {
  name: 'small',
  input: { height: 6, width: 6, channels: 2 },
  classes: 4,
  layers: [
    {
      kind: 'conv2d',
      name: 'conv',
      filters: 8,
      kernelSize: [3, 3],
      stride: 1,
      padding: 'same',
      useBias: false,
      activation: 'linear',
    },
    { kind: 'batchNormalization', name: 'norm', epsilon: 1e-3, momentum: 0.9 },
    { kind: 'activation', name: 'relu', activation: 'relu' },
    {
      kind: 'conv2d',
      name: 'depthwise',
      filters: 8,
      kernelSize: [3, 3],
      stride: 2,
      padding: 'same',
      groups: 8,
      activation: 'relu',
    },
    { kind: 'flatten', name: 'flat' },
    { kind: 'dense', name: 'fc', units: 4, activation: 'linear' },
  ],
};
const random = new RandomStream(4, 0);
const weights: NetworkWeights = new Map(
  [...weightShapes(network)].map(([name, shape]) => {
    const size = shape.reduce((product, each) => product * each, 1);
    return [name, { shape, data: Float32Array.from({ length: size }, () => random.normal()) }];
  }),
);
const kernel = (name: string, of: NetworkWeights = weights): Float32Array =>
  of.get(`${name}/kernel`)?.data ?? new Float32Array();

/**
 * Statistics of random inputs for a layer's groups, the outputs to reproduce being the layer's own.
 */
function statistics(inputs: number, filters: number, groups: number, all: Float32Array) {
  return Array.from({ length: groups }, (_, group) => {
    const rows = Array.from({ length: 3 * inputs }, () => Float64Array.from({ length: inputs }, () => random.normal()));
    const gram = new Float64Array(inputs * inputs);
    for (const row of rows) {
      for (let i = 0; i < inputs; i++) for (let j = 0; j < inputs; j++) gram[i * inputs + j] += row[i] * row[j];
    }
    const correlation = new Float64Array(inputs * filters);
    for (let i = 0; i < inputs; i++) {
      for (let f = 0; f < filters; f++) {
        for (let j = 0; j < inputs; j++) {
          correlation[i * filters + f] += gram[i * inputs + j] * all[j * filters * groups + group * filters + f];
        }
      }
    }
    return { gram, correlation };
  });
}

const data: PruningData = {
  seed: 3,
  gradients: () =>
    Promise.resolve(
      new Map(
        weightedLayers(network).map(({ name, kernelShape }) => {
          const noise = kernel(name).map(() => random.normal());
          const filters = kernelShape[kernelShape.length - 1];
          const filterMeanSquare = Float32Array.from({ length: filters }, () => random.uniform());
          return [name, { mean: noise, meanSquare: noise.map((each) => each ** 2), filterMeanSquare }];
        }),
      ),
    ),
  statisticsOf: (name) => {
    const layer = weightedLayers(network).find((each) => each.name === name);
    if (!layer) throw new RangeError(name);
    const { groups, kernelShape } = layer;
    const filters = kernelShape[kernelShape.length - 1] / groups;
    const inputs = kernelShape.slice(0, -1).reduce((product, each) => product * each, 1);
    return Promise.resolve(statistics(inputs, filters, groups, kernel(name)));
  },
};
const target = {
  accelerator: eyeriss,
  batch: 1,
  densities: weightedLayers(network).map(() => ({ weights: 1, inputs: 1, outputs: 1 })),
};
const density = { conv: 0.5, depthwise: 0.5, fc: 0.25 };
const prune = (criterion: Criterion, more: Partial<PruningSchedule> = {}) =>
  pruneNetwork(network, weights, { criterion, density, fineTune: { epochs: 1 }, ...more }, target, data);

const left = (values: Float32Array): number => values.reduce((count, each) => count + (each === 0 ? 0 : 1), 0);

describe('every criterion', () => {
  it.each(CRITERIA)(
    '%s leaves what the schedule says, fits its network, and has masks that are its zeros',
    async (criterion) => {
      const pruned = await prune(criterion);
      inferShapes(pruned.network);
      for (const [name, mask] of pruned.masks) {
        const values = kernel(name, pruned.weights);
        expect(values.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
        expect(values.every(Number.isFinite)).toBe(true);
      }
      const counts = weightedLayers(network).map(({ name }) => left(kernel(name, pruned.weights)));
      if (WHILE_TRAINING[criterion]) expect(counts).toEqual([144, 72, 288]);
      else if (patternOf(criterion)) {
        // Nine weights of a filter are two fours, or an eight, and one more, of which one stays.
        expect(counts).toEqual(criterion === '1:4' ? [40, 24, 72] : [72, 40, 144]);
      } else if (criterion.startsWith('filter') || criterion === 'network-slimming') {
        expect(pruned.network.layers[0]).toMatchObject({ filters: 4 });
        expect(pruned.network.layers[3]).toMatchObject({ filters: 4, groups: 4 });
      } else if (BY_OUTPUT[criterion]) {
        // Judged group by group: of a depthwise filter's nine weights five stay.
        expect(counts).toEqual([72, 40, 72]);
      } else expect(counts).toEqual([72, 36, 72]);
    },
  );

  it.each(Object.keys(WHILE_TRAINING) as Criterion[])(
    '%s reaches its density by the end of the training',
    async (criterion) => {
      const pruner = await trainingPruner(network, weights, { criterion, density, fineTune: { epochs: 1 } }, data);
      let masks = new Map<string, Float32Array>();
      const counts: number[] = [];
      for (const done of [0, 0.2, 0.5, 1]) {
        const moved = new Map(
          [...weights].map(([name, { shape, data: values }]) => [
            name,
            { shape, data: values.map((w) => w + done * random.normal()) },
          ]),
        );
        masks = pruner?.masksAt(done, moved, masks) ?? masks;
        counts.push(left(masks.get('fc') ?? new Float32Array()));
      }
      expect(counts[0]).toBe(288);
      expect(counts[1]).toBeLessThan(288);
      expect(counts[2]).toBeLessThan(counts[1]);
      expect(counts[3]).toBe(72);
    },
  );

  it('is refused for a layer that the network lacks, naming those that it has', async () => {
    await expect(prune('magnitude', { density: { fc9: 0.5 } })).rejects.toThrow(
      'density.fc9: small has no such layer; it has conv, depthwise, fc',
    );
  });

  it('leaves at least one weight of a layer that a schedule would remove whole', async () => {
    const pruned = await prune('magnitude', { density: { fc: 0 } });
    expect(left(kernel('fc', pruned.weights))).toBe(1);
  });
});

describe('spreading weights over layers', () => {
  const scores = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform());
  const layers = [
    { name: 'a', kernelShape: [3, 3, 2, 8], scores: scores(144), density: 0.5 },
    { name: 'b', kernelShape: [100, 20], scores: scores(2000), density: 0.1 },
  ];

  it.each(['layer', 'global', 'erdos-renyi-kernel', 'lamp'] as const)('%s keeps as many in all', (allocation) => {
    const counts = allocateWeights(layers, allocation);
    expect(Math.abs((counts.get('a') ?? 0) + (counts.get('b') ?? 0) - 272)).toBeLessThanOrEqual(1);
  });

  it('global keeps the highest scores of all', () => {
    const counts = allocateWeights(layers, 'global');
    const all = [...layers[0].scores, ...layers[1].scores].sort((x, y) => y - x);
    expect(counts.get('a')).toBe(layers[0].scores.filter((score) => score >= all[271]).length);
  });

  it('by Erdős-Rényi-kernel gives densities in proportion to the sum of dimensions over their product', () => {
    const counts = allocateWeights(
      layers.map((layer) => ({ ...layer, density: 0.05 })),
      'erdos-renyi-kernel',
    );
    const [a, b] = [(counts.get('a') ?? 0) / 144, (counts.get('b') ?? 0) / 2000];
    expect(a / b).toBeCloseTo(16 / 144 / (120 / 2000), 0);
  });

  it('LAMP scores are squares over the sum of squares that are no smaller, computed by hand', () => {
    const [one, two, three] = lampScores(Float32Array.of(1, 2, 3));
    expect([one, two, three].map((each) => Number(each.toFixed(6)))).toEqual(
      [1 / 14, 4 / 13, 1].map((each) => Number(each.toFixed(6))),
    );
  });

  it('the highest scores are those a sort finds, for any scores', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), fc.nat(60), (values, count) => {
        const keep = Math.min(count, values.length);
        const mask = highestScores(values, keep);
        expect(left(mask)).toBe(keep);
        const sorted = [...values].sort((x, y) => y - x);
        values.forEach((value, i) => {
          if (mask[i]) expect(value).toBeGreaterThanOrEqual(sorted[keep - 1]);
        });
      }),
    );
  });
});

describe('N:M sparsity', () => {
  it('keeps the two largest of each four along a filter', () => {
    const mask = nOfM(Float32Array.of(1, 9, -5, 8, 3, 7, 4, 6), 2, { keep: 2, of: 4 });
    // Filter 0 is 1, −5, 3, 4; filter 1 is 9, 8, 7, 6.
    expect([...mask]).toEqual([0, 1, 1, 1, 0, 0, 1, 0]);
  });
});

describe('the optimal brain surgeon', () => {
  it('reproduces a layer’s output better than magnitude with as many weights', () => {
    const [inputs, filters] = [40, 6];
    const original = Float32Array.from({ length: inputs * filters }, () => random.normal());
    const [own] = statistics(inputs, filters, 1, original);
    const problem = { ...own, inputs, filters };
    const surgeon = pruneOptimalBrainSurgeon(problem, original, 0.5);
    const mask = highestScores(original.map(Math.abs), 120);
    expect(left(surgeon.weights)).toBe(120);
    const error = (values: Float32Array): number => reproductionError(problem, values);
    expect(error(surgeon.weights)).toBeLessThan(error(original.map((weight, i) => weight * mask[i])));
  });

  it('goes by magnitude where the inputs are 0 in all data, as those of a filter that is never active', () => {
    const unknown = { gram: new Float64Array(9), correlation: new Float64Array(3), inputs: 3, filters: 1 };
    const { mask, weights } = pruneOptimalBrainSurgeon(unknown, Float32Array.of(3, -1, 2), 2 / 3);
    expect([...mask]).toEqual([1, 0, 1]);
    expect([...weights]).toEqual([3, 0, 2]);
  });
});
