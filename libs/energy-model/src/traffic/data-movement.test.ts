import { describe, expect, it } from '@jest/globals';
import { ACCELERATORS, eyeriss, NetworkPricer } from '../index.js';

const pool = { name: 'pool', inputs: 1000, outputs: 250, operations: 1000 };

describe('a layer that only moves data', () => {
  it('reads its inputs from DRAM once and writes its outputs once, and has no MACs', () => {
    const [layer] = new NetworkPricer([pool], 2, eyeriss).dense().layers;
    expect(layer.levels.dram).toEqual({ weights: 0, inputs: 2 * 1000 * 200, partialSums: 2 * 250 * 200 });
    expect(layer.macs).toBe(0);
    expect(layer.computation).toBe(2000);
  });

  it.each(ACCELERATORS.map((accelerator) => [accelerator.name, accelerator] as const))(
    'has parts that add up on %s',
    (_name, accelerator) => {
      const [layer] = new NetworkPricer([pool], 1, accelerator).dense().layers;
      const parts = Object.values(layer.levels).flatMap((level) => Object.values(level));
      expect(parts.reduce((a, b) => a + b, layer.computation) / layer.total).toBeCloseTo(1, 12);
    },
  );

  it('is refused with a count that is not one', () => {
    expect(() => new NetworkPricer([{ ...pool, outputs: -1 }], 1, eyeriss)).toThrow(
      'layer pool, outputs: -1 is not a whole number of at least 0',
    );
  });
});
