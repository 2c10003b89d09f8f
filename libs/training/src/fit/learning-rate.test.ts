import { describe, expect, it } from '@jest/globals';
import { learningRateAt } from './learning-rate.js';

describe('learning-rate schedules', () => {
  it('start and end where the literature has them', () => {
    expect(learningRateAt({ name: 'cosine', peak: 2 }, 0)).toBe(2);
    expect(learningRateAt({ name: 'cosine', peak: 2 }, 0.5)).toBeCloseTo(1, 12);
    expect(learningRateAt({ name: 'one-cycle', peak: 2, warmUp: 0.25 }, 0)).toBeCloseTo(2 / 25, 12);
    expect(learningRateAt({ name: 'one-cycle', peak: 2, warmUp: 0.25 }, 0.25)).toBeCloseTo(2, 12);
    expect(learningRateAt({ name: 'one-cycle', peak: 2, warmUp: 0.25 }, 1)).toBeCloseTo(0, 12);
  });
});
