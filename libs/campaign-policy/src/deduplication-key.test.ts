import { CampaignSpecSchema, PruningScheduleSchema } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { deduplicationKey } from './index.js';

const spec = {
  name: 'a',
  network: 'lenet-5',
  data: 'mnist',
  space: { density: { conv2: [0.1, 1], conv1: [0.1, 1] } },
  budget: { candidates: 4 },
};
const another = {
  strategy: { name: 'nsga2', seed: 4 },
  subset: { trainingImages: 1000 },
  accelerator: 'scnn',
  batch: 4,
};
const magnitude = { criterion: 'magnitude', density: { conv2: 0.5, conv1: 0.25 }, fineTune: { epochs: 2 } };
const energyAware = { criterion: 'energy-aware', density: { conv1: 0.3 }, fineTune: { epochs: 1 } };
const keyOf = (fields: object, schedule: object): string =>
  deduplicationKey(CampaignSpecSchema.parse({ ...spec, ...fields }), PruningScheduleSchema.parse(schedule));

describe('deduplicationKey', () => {
  // Stores hold these: with other keys, results would not be reused after an upgrade.
  it.each([
    [{}, magnitude, '80f1fa871c7ac10a39573f6d439673b822617b88afa4d0fed16a4427af9314c8'],
    [another, magnitude, '69d3dda9d755d049d0b8daed8c63570e47db2274819b74a736d905d98416ad97'],
  ])('of a recorded spec and schedule stays as it is: %j', (fields, schedule, key) => {
    expect(keyOf(fields, schedule)).toBe(key);
  });

  it('does not depend on the order of fields', () => {
    const { criterion, density, fineTune } = magnitude;
    expect(keyOf({}, { fineTune, density: { conv1: density.conv1, conv2: density.conv2 }, criterion })).toBe(
      keyOf({}, magnitude),
    );
  });

  it('depends on the accelerator for criteria that look at energy, and for no other', () => {
    expect(keyOf({ accelerator: 'scnn' }, energyAware)).not.toBe(keyOf({ accelerator: 'eyeriss' }, energyAware));
    expect(keyOf({ accelerator: 'scnn' }, magnitude)).toBe(keyOf({ accelerator: 'eyeriss' }, magnitude));
  });
});
