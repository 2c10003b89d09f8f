import { describe, expect, it } from '@jest/globals';
import { DENSE, eyeriss, NetworkPricer } from '../index.js';
import { ALEXNET } from '../testing/layers.js';

/**
 * Energies of DRAM and of the register files that ISCA 2016 shows in figure 10 (10⁹ MACs, batch
 * 16).
 */
const PUBLISHED = [
  { name: 'conv1', dram: 2.46, registerFile: 6.75 },
  // Ours loads fewer inputs: 35 rows in two strips for two filter tiles.
  { name: 'conv2', dram: 2.27, registerFile: 14.33, below: 0.011 },
  { name: 'conv3', dram: 2.02, registerFile: 9.57 },
  { name: 'conv4', dram: 1.57, registerFile: 7.18 },
  { name: 'conv5', dram: 1.05, registerFile: 4.78 },
  // Ours keeps the partial sums of 2,048 filters and 16 images in the buffer, so that inputs are
  // loaded twice only.
  { name: 'fc1', dram: 7.78, registerFile: 2.42, below: 0.021 },
  { name: 'fc2', dram: 3.39, registerFile: 1.07 },
  { name: 'fc3', dram: 0.84, registerFile: 0.26 },
];

const sum = (operands: Readonly<Record<string, number>>): number =>
  Object.values(operands).reduce((total, each) => total + each, 0);

describe('AlexNet on Eyeriss (ISCA 2016, figure 10)', () => {
  const pricer = new NetworkPricer(ALEXNET, 16, eyeriss);
  const { layers } = pricer.dense();

  it.each(PUBLISHED.map((published, i) => [published.name, published, layers[i]] as const))(
    '%s takes the published energy in DRAM within 1 %%, or less where the mapping is better',
    (_name, published, layer) => {
      const ratio = sum(layer.levels.dram) / 1e9 / published.dram;
      expect(ratio).toBeLessThan(1.01);
      expect(ratio).toBeGreaterThan(1 - (published.below ?? 0.01));
    },
  );

  it.each(PUBLISHED.map((published, i) => [published.name, published, layers[i]] as const))(
    '%s takes the published energy in register files, to the digits that are given',
    (_name, published, layer) => {
      expect(Math.abs(sum(layer.levels.registerFile) / 1e9 - published.registerFile)).toBeLessThan(0.0101);
    },
  );

  it('has a mapping of fc1 that fits the buffer with 2,048 filters at a time', () => {
    const { mapping } = pricer.layers[5];
    const filters = [
      ...(mapping.temporal.globalBuffer ?? []),
      ...(mapping.temporal.registerFile ?? []),
      ...mapping.spatial,
    ]
      .filter(({ dimension }) => dimension === 'outputChannels')
      .reduce((product, { count }) => product * count, 1);
    expect(filters).toBe(2048);
    expect(filters * 16).toBeLessThanOrEqual(65_536);
  });
});

describe('sparsity', () => {
  const shape = ALEXNET[7];

  it('leaves a layer of density 1 as it is', () => {
    const pricer = new NetworkPricer([shape], 16, eyeriss);
    expect(pricer.price([DENSE])).toEqual(pricer.dense());
  });

  it('refuses a density above 1 and says of which operand', () => {
    const pricer = new NetworkPricer([shape], 1, eyeriss);
    expect(() => pricer.price([{ ...DENSE, inputs: 1.5 }])).toThrow(
      'layer fc3, density of inputs: 1.5 is not in [0, 1]',
    );
  });
});
