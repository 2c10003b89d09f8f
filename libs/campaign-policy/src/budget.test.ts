import { describe, expect, it } from '@jest/globals';
import { exhaustedBudget } from './index.js';

describe('exhaustedBudget', () => {
  it.each([
    [{ deviceHours: 2 }, { deviceHours: 2 }, 'deviceHours'],
    [{ wallClockHours: 1, deviceHours: 2 }, { wallClockHours: 1.5, deviceHours: 3 }, 'wallClockHours'],
    [{ energyEvaluations: 10 }, { energyEvaluations: 11 }, 'energyEvaluations'],
    [{ hypervolume: { risesLessThan: 0.1, over: 5 } }, { hypervolumeRise: 0.05 }, 'hypervolume'],
  ])('of %j after %j is %s', (budget, use, name) => {
    expect(exhaustedBudget(budget, use)?.budget).toBe(name);
  });

  it.each([
    [{ deviceHours: 2 }, { deviceHours: 1.99 }],
    [{ deviceHours: 2 }, { wallClockHours: 100 }],
    [{ hypervolume: { risesLessThan: 0.1, over: 5 } }, { hypervolumeRise: null }],
    [{ hypervolume: { risesLessThan: 0.1, over: 5 } }, { hypervolumeRise: 0.1 }],
  ])('of %j after %j is none', (budget, use) => {
    expect(exhaustedBudget(budget, use)).toBeNull();
  });
});
