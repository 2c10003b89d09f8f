import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  ACCELERATORS,
  codedSize,
  eyeriss,
  NetworkPricer,
  searchMapping,
  weightCount,
  type Accelerator,
  type LayerShape,
} from '../index.js';
import { square } from '../testing/layers.js';

const shapes = fc
  .record({
    groups: fc.integer({ min: 1, max: 2 }),
    inputChannels: fc.integer({ min: 1, max: 24 }),
    outputChannels: fc.integer({ min: 1, max: 24 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    output: fc.integer({ min: 1, max: 12 }),
    stride: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ groups, inputChannels, outputChannels, kernel, output, stride }) =>
    square('layer', groups, inputChannels, outputChannels, (output - 1) * stride + kernel, kernel, output, stride),
  );
const density = fc.double({ min: 0, max: 1, noNaN: true });
const densities = fc.record({ weights: density, inputs: density, outputs: density });
const batches = fc.integer({ min: 1, max: 4 });

const RUNS = { numRuns: 60 };

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('the energy of a layer', () => {
  it('is the sum of its parts', () => {
    fc.assert(
      fc.property(shapes, batches, densities, (shape, batch, d) => {
        const [layer] = new NetworkPricer([shape], batch, eyeriss).price([d]).layers;
        const parts = Object.values(layer.levels).flatMap((level) => Object.values(level));
        const sum = parts.reduce((a, b) => a + b, layer.computation + layer.metadata + layer.leakage);
        expect(sum).toBeCloseTo(layer.total, 3);
      }),
      RUNS,
    );
  });

  it('never falls when a density rises', () => {
    fc.assert(
      fc.property(shapes, batches, densities, densities, (shape, batch, a, b) => {
        const pricer = new NetworkPricer([shape], batch, eyeriss);
        const low = {
          weights: Math.min(a.weights, b.weights),
          inputs: Math.min(a.inputs, b.inputs),
          outputs: Math.min(a.outputs, b.outputs),
        };
        expect(pricer.price([a]).total).toBeGreaterThanOrEqual(pricer.price([low]).total * (1 - 1e-12));
      }),
      RUNS,
    );
  });

  it('scales with all prices', () => {
    fc.assert(
      fc.property(shapes, densities, fc.integer({ min: 2, max: 50 }), (shape, d, factor) => {
        const scaled = {
          ...eyeriss,
          computation: { mac: eyeriss.computation.mac * factor },
          levels: eyeriss.levels.map((level) => ({
            ...level,
            energy: { read: level.energy.read * factor, write: level.energy.write * factor },
            network: level.network && { ...level.network, energy: level.network.energy * factor },
          })),
        };
        const once = new NetworkPricer([shape], 1, eyeriss).price([d]).total;
        const times = new NetworkPricer([shape], 1, scaled).price([d]).total;
        expect(times / factor / once).toBeCloseTo(1, 9);
      }),
      RUNS,
    );
  });

  it('is at least that of computing and of moving each word once', () => {
    fc.assert(
      fc.property(shapes, batches, (shape, batch) => {
        const [layer] = new NetworkPricer([shape], batch, eyeriss).dense().layers;
        const outputs = batch * shape.groups * shape.outputChannels * shape.outputHeight * shape.outputWidth;
        const compulsory = layer.macs * (1 + 4) + 200 * (weightCount(shape) + outputs);
        expect(layer.total).toBeGreaterThanOrEqual(compulsory);
      }),
      RUNS,
    );
  });

  it('has a mapping that fits, or a refusal that says which memory is too small', () => {
    const tiny = {
      ...eyeriss,
      levels: eyeriss.levels.map((level) => (level.name === 'globalBuffer' ? { ...level, words: 4 } : level)),
    };
    const shape: LayerShape = {
      name: 'wide',
      groups: 1,
      inputChannels: 1,
      outputChannels: 1,
      inputHeight: 9,
      inputWidth: 9,
      kernelHeight: 2,
      kernelWidth: 2,
      outputHeight: 8,
      outputWidth: 8,
      stride: 1,
    };
    expect(() => searchMapping(shape, 1, tiny)).toThrow(
      /no mapping for layer wide: level globalBuffer \(4 words\) cannot hold the smallest tile of inputs, partialSums, which takes \d+ words \(\d+ of inputs, \d+ of partialSums\); give it more words/,
    );
    const needed = Number(/takes (\d+) words/.exec(messageOf(() => searchMapping(shape, 1, tiny)))?.[1]);
    const withWords = (words: number): Accelerator => ({
      ...eyeriss,
      levels: eyeriss.levels.map((level) => (level.name === 'globalBuffer' ? { ...level, words } : level)),
    });
    expect(() => searchMapping(shape, 1, withWords(needed - 1))).toThrow('cannot hold the smallest tile');
    expect(() => searchMapping(shape, 1, withWords(needed))).not.toThrow();
  });

  it('has an axis along which nothing is spread as one element, and no axis as an array of 1 × 1', () => {
    const shape: LayerShape = {
      ...{ name: 'conv', groups: 1, inputChannels: 16, outputChannels: 32, inputHeight: 18, inputWidth: 18 },
      ...{ kernelHeight: 3, kernelWidth: 3, outputHeight: 16, outputWidth: 16, stride: 1 },
    };
    for (const chip of ACCELERATORS) {
      const energyOn = (change: Partial<Accelerator>): number =>
        new NetworkPricer([shape], 4, { ...chip, ...change }).dense().total;
      const one = energyOn({ array: chip.array.map((axis) => ({ ...axis, size: 1 })) });
      const levels = chip.levels.map((level) => (level.sharedAlong ? { ...level, sharedAlong: [] } : level));
      expect([chip.name, energyOn({ array: [], levels })]).toEqual([chip.name, one]);
      const unrolled = { array: chip.array.map((axis) => ({ ...axis, unrolls: [] })) };
      expect([chip.name, energyOn(unrolled)]).toEqual([chip.name, one]);
    }
  });

  it('refuses batches and sizes that no search could go through', () => {
    const shape: LayerShape = {
      ...{ name: 'conv', groups: 1, inputChannels: 1, outputChannels: 1, inputHeight: 1, inputWidth: 1 },
      ...{ kernelHeight: 1, kernelWidth: 1, outputHeight: 1, outputWidth: 1, stride: 1 },
    };
    expect(() => new NetworkPricer([shape], 1e9, eyeriss)).toThrow(
      'batch: 1000000000 is not a whole number from 1 to 65536',
    );
    expect(() => new NetworkPricer([{ ...shape, groups: 1e9 }], 1, eyeriss)).toThrow(
      'layer conv, groups: 1000000000 is not a whole number from 1 to 1000000',
    );
  });
});

describe('run-length coding', () => {
  const runLength = (d: number): number => {
    const { data, metadata } = codedSize('run-length', d, 16, 5);
    return data + metadata;
  };

  it('never enlarges, and shrinks with the density', () => {
    fc.assert(
      fc.property(density, density, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map(runLength);
        expect(low).toBeLessThanOrEqual(high + 1e-12);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('costs one code for every 32 zeros of an empty tensor', () => {
    expect(runLength(0)).toBeCloseTo(21 / 16 / 32, 12);
  });
});
