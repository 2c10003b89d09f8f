import { describe, expect, it } from '@jest/globals';
import { EnergyModelError } from '../energy-model-error.js';
import {
  DENSE,
  mapLayer,
  priceLayer,
  searchMapping,
  type Accelerator,
  type Dimension,
  type LayerShape,
  type Loop,
} from '../index.js';

/** A chip so small that all mappings of a small layer can be tried. */
const tiny = (bufferWords: number, registerWords: number): Accelerator => ({
  name: 'tiny',
  source: 'made up',
  unit: 'MAC',
  dataflow: 'free',
  bits: { weights: 16, inputs: 16, partialSums: 16, outputs: 16 },
  array: [{ name: 'lanes', size: 2, unrolls: ['outputChannels', 'inputChannels'] }],
  levels: [
    { name: 'dram', holds: ['weights', 'inputs', 'partialSums'], wordBits: 16, energy: { read: 200, write: 200 } },
    {
      name: 'buffer',
      holds: ['weights', 'inputs', 'partialSums'],
      wordBits: 16,
      words: bufferWords,
      energy: { read: 6, write: 6 },
    },
    {
      name: 'registers',
      holds: ['weights', 'inputs', 'partialSums'],
      sharedAlong: [],
      wordBits: 16,
      words: registerWords,
      energy: { read: 1, write: 1 },
    },
  ],
  computation: { mac: 1 },
  sparsity: { zeros: { weights: 'none', inputs: 'none' }, compression: [] },
});

const layer = (sizes: Partial<LayerShape>): LayerShape => {
  const shape = {
    name: 'small',
    groups: 1,
    inputChannels: 1,
    outputChannels: 1,
    kernelHeight: 1,
    kernelWidth: 1,
    outputHeight: 1,
    outputWidth: 1,
    stride: 1,
    inputHeight: 1,
    inputWidth: 1,
    ...sizes,
  };
  return { ...shape, inputWidth: (shape.outputWidth - 1) * shape.stride + shape.kernelWidth };
};

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** The least energy of all mappings whose loops divide the layer evenly. */
function leastOfAll(shape: LayerShape, chip: Accelerator): number {
  const sizes = (['inputChannels', 'outputChannels', 'outputWidth', 'kernelWidth'] as const)
    .map((dimension): [Dimension, number] => [dimension, shape[dimension]])
    .filter(([, size]) => size > 1);
  const divisors = (size: number): number[] =>
    Array.from({ length: size }, (_, i) => i + 1).filter((d) => size % d === 0);
  let least = Infinity;
  const visit = (i: number, loops: { dram: Loop[]; buffer: Loop[]; lanes: Loop[]; registers: Loop[] }): void => {
    if (i < sizes.length) {
      const [dimension, size] = sizes[i];
      const mayUnroll = dimension === 'inputChannels' || dimension === 'outputChannels';
      for (const lanes of mayUnroll ? divisors(size).filter((d) => d <= 2) : [1]) {
        for (const registers of divisors(size / lanes)) {
          for (const buffer of divisors(size / lanes / registers)) {
            const add = (list: Loop[], count: number): Loop[] => (count > 1 ? [...list, { dimension, count }] : list);
            visit(i + 1, {
              dram: add(loops.dram, size / lanes / registers / buffer),
              buffer: add(loops.buffer, buffer),
              lanes: add(loops.lanes, lanes),
              registers: add(loops.registers, registers),
            });
          }
        }
      }
      return;
    }
    if (loops.lanes.reduce((product, { count }) => product * count, 1) > 2) return;
    const spatial = loops.lanes.map((loop) => ({ ...loop, axis: 'lanes' }));
    for (const dram of permutations(loops.dram)) {
      for (const buffer of permutations(loops.buffer)) {
        try {
          const mapping = { temporal: { dram, buffer, registers: loops.registers }, spatial };
          least = Math.min(least, priceLayer(mapLayer(shape, 1, chip, mapping), DENSE, chip).total);
        } catch (error) {
          if (!(error instanceof EnergyModelError)) throw error;
          return;
        }
      }
    }
  };
  visit(0, { dram: [], buffer: [], lanes: [], registers: [] });
  return least;
}

describe('the mapping search', () => {
  it.each([
    ['a product of matrices', layer({ inputChannels: 8, outputChannels: 8, outputWidth: 4 }), tiny(40, 6)],
    [
      'one with a buffer that is nearly too small',
      layer({ inputChannels: 8, outputChannels: 4, outputWidth: 8 }),
      tiny(12, 4),
    ],
    [
      'a convolution of one row',
      layer({ inputChannels: 4, outputChannels: 4, outputWidth: 6, kernelWidth: 3 }),
      tiny(48, 12),
    ],
    [
      'one with few channels',
      layer({ inputChannels: 2, outputChannels: 8, outputWidth: 8, kernelWidth: 2 }),
      tiny(30, 8),
    ],
    ['one vector', layer({ inputChannels: 16, outputChannels: 16 }), tiny(24, 5)],
  ])(
    'finds for %s a mapping at most 2 %% above the best of all',
    (_what, shape, chip) => {
      const found = priceLayer(mapLayer(shape, 1, chip, searchMapping(shape, 1, chip)), DENSE, chip).total;
      expect(found / leastOfAll(shape, chip)).toBeLessThan(1.02);
    },
    120_000,
  );
});
