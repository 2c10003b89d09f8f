import { PruningScheduleSchema } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { filtersStage, roundStage } from './stages.js';

const schedule = PruningScheduleSchema.parse({
  criterion: 'energy-aware',
  density: { conv1: 0.5, conv2: 0.2, fc2: 1 },
  filters: { density: { conv2: 0.4 }, epochs: 3 },
  loop: { accuracyLoss: 0.01, keep: 0.5 },
  fineTune: { epochs: 2, patience: 1 },
});

describe('the stages of a candidate', () => {
  it('begin with its filters, trained as the rest but for the epochs', () => {
    expect(filtersStage(schedule)).toEqual({
      name: 'filters',
      schedule: { criterion: 'filter-energy-aware', density: { conv2: 0.4 }, fineTune: { epochs: 3, patience: 1 } },
    });
    expect(filtersStage({ ...schedule, filters: undefined })).toBeUndefined();
  });

  it('keep less of each layer in each round, and a whole layer whole', () => {
    expect(roundStage(schedule, 1).schedule.density).toEqual({ conv1: 0.5, conv2: 0.2, fc2: 1 });
    expect(roundStage(schedule, 3)).toEqual({
      name: 'round-3',
      schedule: {
        criterion: 'energy-aware',
        density: { conv1: 0.125, conv2: 0.05, fc2: 1 },
        fineTune: { epochs: 2, patience: 1 },
      },
    });
  });

  it('keep the same part of the filters that are left in each round after the first', () => {
    const ofFilters = { ...schedule, criterion: 'filter-l1' as const };
    expect(roundStage(ofFilters, 1).schedule.density.conv2).toBe(0.2);
    expect(roundStage(ofFilters, 4).schedule.density.conv2).toBe(0.5);
  });

  it('have no name where there is one only, so that its checkpoints lie where they always did', () => {
    expect(roundStage({ ...schedule, filters: undefined, loop: undefined }, 1).name).toBeUndefined();
  });
});
