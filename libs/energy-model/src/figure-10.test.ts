import { describe, expect, it } from 'vitest';
import { DENSE, eyeriss, NetworkPricer, priceLayer, type LayerShape } from './index.js';
import { countAccesses, type OperandWords } from './row-stationary-mapping.js';

const square = (
  name: string,
  groups: number,
  inputChannels: number,
  outputChannels: number,
  input: number,
  kernel: number,
  output: number,
  stride = 1,
): LayerShape => ({
  name,
  groups,
  inputChannels,
  outputChannels,
  inputHeight: input,
  inputWidth: input,
  kernelHeight: kernel,
  kernelWidth: kernel,
  outputHeight: output,
  outputWidth: output,
  stride,
});

/** AlexNet, with the energies of DRAM and of the register files that ISCA 2016 shows in figure 10 (10⁹ MACs, batch 16). */
const PUBLISHED = [
  { shape: square('conv1', 2, 3, 48, 227, 11, 55, 4), dram: 2.46, registerFile: 6.75 },
  { shape: square('conv2', 2, 48, 128, 31, 5, 27), dram: 2.27, registerFile: 14.33 },
  { shape: square('conv3', 2, 256, 192, 15, 3, 13), dram: 2.02, registerFile: 9.57 },
  { shape: square('conv4', 2, 192, 192, 15, 3, 13), dram: 1.57, registerFile: 7.18 },
  { shape: square('conv5', 2, 192, 128, 15, 3, 13), dram: 1.05, registerFile: 4.78 },
  { shape: square('fc1', 1, 9216, 4096, 1, 1, 1), dram: 7.78, registerFile: 2.42 },
  { shape: square('fc2', 1, 4096, 4096, 1, 1, 1), dram: 3.39, registerFile: 1.07 },
  { shape: square('fc3', 1, 4096, 1000, 1, 1, 1), dram: 0.84, registerFile: 0.26 },
];

const sum = ({ weights, inputs, partialSums }: OperandWords): number => weights + inputs + partialSums;

describe('AlexNet on Eyeriss (ISCA 2016, figure 10)', () => {
  const { layers } = new NetworkPricer(
    PUBLISHED.map(({ shape }) => shape),
    16,
    eyeriss,
  ).dense();

  it.each(PUBLISHED.map((published, i) => [published.shape.name, published, layers[i]] as const))(
    '%s takes the published energy in DRAM and register files within 3 %%',
    (_name, published, layer) => {
      expect(Math.abs(sum(layer.levels.dram) / 1e9 / published.dram - 1)).toBeLessThan(0.03);
      expect(Math.abs(sum(layer.levels.registerFile) / 1e9 / published.registerFile - 1)).toBeLessThan(0.03);
    },
  );
});

/** JSSC 2017, tables III and V: the chip's own mappings at batch 4, and the buffer traffic they measured. */
const CHIP = [
  { shape: square('conv1', 1, 3, 96, 227, 11, 55, 4), m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2, megabytes: 18.5 },
  { shape: square('conv2', 2, 48, 128, 31, 5, 27), m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1, megabytes: 77.6 },
  { shape: square('conv4', 2, 192, 192, 15, 3, 13), m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2, megabytes: 37.4 },
  { shape: square('conv5', 2, 192, 128, 15, 3, 13), m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2, megabytes: 24.9 },
];

describe('the Eyeriss chip with its own mappings (JSSC 2017, table V)', () => {
  it.each(CHIP.map((chip) => [chip.shape.name, chip] as const))(
    '%s moves the measured words through the buffer within 2 %%',
    (_name, chip) => {
      const { globalBuffer } = countAccesses(chip.shape, 4, {
        tileImages: chip.n,
        tileFilters: chip.m,
        tileOutputRows: chip.e,
        filtersPerElement: chip.p,
        channelsPerElement: chip.q,
        filterSets: chip.t,
        channelSets: chip.r,
      });
      const megabytes = (2 * sum(globalBuffer)) / 1e6;
      expect(Math.abs(megabytes / chip.megabytes - 1)).toBeLessThan(0.02);
    },
  );
});

describe('sparsity', () => {
  it('leaves a layer of density 1 as it is', () => {
    const shape = PUBLISHED[1].shape;
    const pricer = new NetworkPricer([shape], 16, eyeriss);
    expect(pricer.price([DENSE])).toEqual(pricer.dense());
  });

  it('refuses a density above 1 and says of which operand', () => {
    const mapping = {
      tileImages: 1,
      tileFilters: 1,
      tileOutputRows: 1,
      filtersPerElement: 1,
      channelsPerElement: 1,
      filterSets: 1,
      channelSets: 1,
    };
    expect(() => priceLayer(PUBLISHED[7].shape, 1, { ...DENSE, inputs: 1.5 }, eyeriss, mapping)).toThrow(
      'layer fc3, density of inputs: 1.5 is not in [0, 1]',
    );
  });
});
