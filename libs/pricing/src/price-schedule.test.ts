import { CampaignSpecSchema, type CampaignSpec, type SparsityProfile } from '@espalier/contracts';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { resolveNetwork, weightedLayers } from '@espalier/networks';
import { networkCosts, priceProfile, scheduleCosts } from '@espalier/pricing';

const specOn = (accelerator: string, space: object = {}): CampaignSpec =>
  CampaignSpecSchema.parse({
    ...{ name: 'x', network: 'lenet-5', data: 'mnist', batch: 4, accelerator, budget: { candidates: 1 } },
    space: { criterion: ['magnitude'], density: { conv2: [0, 1], fc1: [0, 1] }, ...space },
  });
const layers = weightedLayers(resolveNetwork('lenet-5')).map(({ name }) => name);
const profile = (weights: Record<string, number>, inputs: number, outputs: number): SparsityProfile => ({
  layers: layers.map((name) => ({
    ...{ name, weights: 100, weightsLeft: 100 },
    density: { weights: weights[name] ?? 1, inputs, outputs },
  })),
});
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('what a schedule will cost', () => {
  it.each(['eyeriss', 'eyeriss-chip', 'scnn'])(
    'is on %s what the network costs that keeps those weights, in energy and in latency',
    (accelerator) => {
      const spec = specOn(accelerator);
      fc.assert(
        fc.property(share, share, share, share, (conv2, fc1, inputs, outputs) => {
          const schedule = { criterion: 'magnitude' as const, density: { conv2, fc1 }, fineTune: { epochs: 1 } };
          const costs = scheduleCosts(spec, profile({}, inputs, outputs));
          const { energy, latency } = networkCosts(priceProfile(spec, profile({ conv2, fc1 }, inputs, outputs)));
          expect((costs.energy?.(schedule) ?? NaN) / energy).toBeCloseTo(1, 9);
          expect((costs.latency?.(schedule) ?? NaN) / (latency ?? NaN)).toBeCloseTo(1, 9);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('is not known where pruning decides how much each layer keeps', () => {
    for (const space of [{ criterion: ['filter-l1'] }, { allocation: ['layer', 'global'] }]) {
      expect(scheduleCosts(specOn('eyeriss', space), profile({}, 1, 1))).toEqual({});
    }
  });
});
