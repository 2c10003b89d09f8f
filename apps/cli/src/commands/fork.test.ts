import { CampaignSpecSchema } from '@espalier/contracts';
import { describe, expect, it } from 'vitest';
import { forkOf } from './fork.js';

const spec = CampaignSpecSchema.parse({
  ...{ name: 'mine', network: 'lenet-5', data: 'mnist', batch: 16 },
  constraints: { accuracy: { min: 0.97 }, energy: { max: 2e6 } },
  space: { criterion: ['magnitude'], density: { fc1: [0.1, 1] } },
  strategy: { name: 'random', seed: 1 },
  budget: { candidates: 10 },
});

describe('a fork', () => {
  it('keeps the limits that it does not change', async () => {
    const { constraints } = await forkOf(spec, { as: 'other', minAccuracy: 0.9 });
    expect(constraints).toEqual({ accuracy: { min: 0.9 }, energy: { max: 2e6 } });
  });

  it('on another chip, or with other batches, is refused until it is said what the limit of energy is there', async () => {
    for (const change of [{ accelerator: 'scnn' }, { batch: 1 }]) {
      await expect(forkOf(spec, { as: 'other', ...change })).rejects.toThrow(/--max-energy/);
      const { constraints } = await forkOf(spec, { as: 'other', ...change, maxEnergy: 3 });
      expect(constraints).toEqual({ accuracy: { min: 0.97 }, energy: { max: 3 } });
    }
  });
});
