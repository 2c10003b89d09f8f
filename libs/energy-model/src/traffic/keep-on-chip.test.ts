import { describe, expect, it } from '@jest/globals';
import { eyeriss, NetworkPricer, outputCount, searchMapping, type Accelerator } from '../index.js';
import { square } from '../testing/layers.js';

const withBuffer = (words: number): Accelerator => ({
  ...eyeriss,
  levels: eyeriss.levels.map((level) => (level.name === 'globalBuffer' ? { ...level, words } : level)),
});
const layers = [
  square('first', 1, 3, 16, 18, 3, 16),
  square('second', 1, 16, 16, 18, 3, 16),
  square('third', 1, 16, 8, 16, 1, 16),
];
const CHAIN = [[], [0], [1]];
const onChip = (chip: Accelerator, sources = CHAIN): NetworkPricer =>
  new NetworkPricer(layers, 1, chip, searchMapping, sources);

describe('tensors that stay on the chip', () => {
  it('are neither written to DRAM nor read from it; the first input and the last output are', () => {
    const [first, second, third] = onChip(withBuffer(1_000_000)).layers.map(({ traffic }) => traffic.levels[0]);
    expect(first.inputs.read).toBeGreaterThan(0);
    expect([first.partialSums.written, second.inputs.read, second.partialSums.written, third.inputs.read]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(third.partialSums.written).toBe(outputCount(layers[2], 1));
    expect(second.weights.read).toBeGreaterThan(0);
  });

  it('save energy, and only that of moving inputs and outputs', () => {
    const chip = withBuffer(1_000_000);
    const [kept, moved] = [onChip(chip).dense(), new NetworkPricer(layers, 1, chip).dense()];
    expect(kept.total).toBeLessThan(moved.total);
    kept.layers.forEach((layer, i) => {
      expect(layer.computation).toBe(moved.layers[i].computation);
      expect(layer.levels.dram.weights).toBe(moved.layers[i].levels.dram.weights);
      expect(layer.levels.registerFile).toEqual(moved.layers[i].levels.registerFile);
    });
  });

  it('do not stay where they do not fit beside the tiles of the layers', () => {
    const chip = withBuffer(4000);
    expect(onChip(chip).dense()).toEqual(new NetworkPricer(layers, 1, chip).dense());
  });

  it('hold their room until the last layer that takes them', () => {
    // The third layer takes the first one's output too: it has to wait while the second runs.
    const words = (chip: Accelerator): number => onChip(chip, [[], [0], [0]]).layers[2].traffic.levels[0].inputs.read;
    expect(words(withBuffer(1_000_000))).toBe(0);
    expect(words(withBuffer(4000))).toBeGreaterThan(0);
  });
});
