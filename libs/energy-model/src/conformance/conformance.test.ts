import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  ACCELERATORS,
  DENSE,
  NetworkPricer,
  outputCount,
  weightCount,
  type Accelerator,
  type LayerShape,
} from '../index.js';
import { square } from '../testing/layers.js';

const LAYERS: LayerShape[] = [
  square('conv', 1, 16, 24, 18, 3, 16),
  square('strided', 1, 8, 16, 31, 3, 15, 2),
  square('grouped', 4, 8, 8, 14, 3, 12),
  square('depthwise', 32, 1, 1, 16, 3, 14),
  square('pointwise', 1, 64, 96, 7, 1, 7),
  { ...square('dilated', 1, 8, 8, 16, 3, 12), dilation: 2 },
  square('dense', 1, 300, 100, 1, 1, 1),
];

describe.each(ACCELERATORS.map((accelerator) => [accelerator.name, accelerator] as const))('%s', (_name, chip) => {
  const { layers } = new NetworkPricer(LAYERS, 2, chip).dense();

  it.each(layers.map((layer, i) => [layer.name, layer, LAYERS[i]] as const))(
    'runs a %s layer: its parts add up, and are at least what it cannot do without',
    (_layer, layer, shape) => {
      const parts = Object.values(layer.levels).flatMap((level) => Object.values(level));
      const sum = parts.reduce((a, b) => a + b, layer.computation + layer.metadata + layer.leakage);
      expect(layer.total).toBeGreaterThan(0);
      expect(sum / layer.total).toBeCloseTo(1, 9);
      const [dram] = chip.levels;
      const perWord = (bits: number): number => bits / dram.wordBits;
      const compulsory =
        dram.energy.read * weightCount(shape) * perWord(chip.bits.weights) +
        dram.energy.write * outputCount(shape, 2) * perWord(chip.bits.outputs);
      expect(layer.total).toBeGreaterThanOrEqual(compulsory * (1 - 1e-9));
      expect(layer.latency?.cycles).toBeGreaterThan(0);
      expect(layer.latency?.utilisation).toBeLessThanOrEqual(1 + 1e-9);
      expect(layer.latency?.energyDelayProduct).toBe(layer.total * (layer.latency?.cycles ?? NaN));
    },
  );

  const price = (shape: LayerShape, batch: number, accelerator: Accelerator = chip): number =>
    new NetworkPricer([shape], batch, accelerator).dense().total;
  // The search is within 2 % of the best mapping, so two of its answers may differ by as much the
  // wrong way.
  const NEARLY = 0.98;
  const RUNS = { numRuns: 12 };
  const small = fc.record({
    inputChannels: fc.integer({ min: 1, max: 12 }),
    outputChannels: fc.integer({ min: 1, max: 12 }),
    output: fc.integer({ min: 1, max: 8 }),
    kernel: fc.integer({ min: 1, max: 3 }),
  });
  const shapeOf = (sizes: {
    inputChannels: number;
    outputChannels: number;
    output: number;
    kernel: number;
  }): LayerShape =>
    square(
      'layer',
      1,
      sizes.inputChannels,
      sizes.outputChannels,
      sizes.output + sizes.kernel - 1,
      sizes.kernel,
      sizes.output,
    );

  it('takes no less for more channels, filters, outputs or images', () => {
    fc.assert(
      fc.property(
        small,
        fc.constantFrom('inputChannels' as const, 'outputChannels' as const, 'output' as const),
        (sizes, field) => {
          const less = price(shapeOf(sizes), 1);
          expect(price(shapeOf({ ...sizes, [field]: sizes[field] + 1 }), 1)).toBeGreaterThanOrEqual(NEARLY * less);
          expect(price(shapeOf(sizes), 2)).toBeGreaterThanOrEqual(NEARLY * less);
        },
      ),
      RUNS,
    );
  });

  it('takes no less when an access gets dearer', () => {
    fc.assert(
      fc.property(small, fc.nat(chip.levels.length - 1), (sizes, which) => {
        const dearer = {
          ...chip,
          levels: chip.levels.map((level, i) =>
            i === which
              ? { ...level, energy: { read: 1.5 * level.energy.read, write: 2 * level.energy.write } }
              : level,
          ),
        };
        expect(price(shapeOf(sizes), 1, dearer)).toBeGreaterThanOrEqual(NEARLY * price(shapeOf(sizes), 1));
      }),
      RUNS,
    );
  });

  it('prices equal layers equally, wherever they stand', () => {
    const twice = new NetworkPricer([LAYERS[0], LAYERS[6], { ...LAYERS[0], name: 'again' }], 1, chip).dense();
    expect(twice.layers[2].total).toBe(twice.layers[0].total);
    const turned = new NetworkPricer([LAYERS[6], LAYERS[0], LAYERS[0]], 1, chip).price([DENSE, DENSE, DENSE]);
    expect(turned.total / twice.total).toBeCloseTo(1, 12);
  });
});

describe('what cannot be priced', () => {
  const [eyeriss] = ACCELERATORS;
  const refused = (shape: LayerShape, batch = 1, chip: Accelerator = eyeriss): (() => unknown) => {
    return () => new NetworkPricer([shape], batch, chip);
  };

  it('is refused with the layer, the field and the value', () => {
    const good = LAYERS[0];
    expect(refused({ ...good, outputChannels: 0 })).toThrow(
      'layer conv, outputChannels: 0 is not a whole number from 1 to 1000000',
    );
    expect(refused({ ...good, stride: NaN })).toThrow('layer conv, stride: NaN');
    expect(refused({ ...good, inputHeight: 17 })).toThrow(
      'layer conv, inputHeight: 17 is too small: 16 outputs with a kernel of 3, stride 1 and dilation 1 need 18',
    );
    expect(refused(good, 0.5)).toThrow('batch: 0.5 is not a whole number from 1 to 65536');
  });

  it('is refused when a level is too small for any tile, by the level’s name', () => {
    const chip = {
      ...eyeriss,
      levels: eyeriss.levels.map((level) => (level.name === 'registerFile' ? { ...level, words: 2 } : level)),
    };
    expect(refused(LAYERS[0], 1, chip)).toThrow('eyeriss has no mapping for layer conv: level registerFile (2 words)');
  });
});
