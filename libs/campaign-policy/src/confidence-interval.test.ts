import { describe, expect, it } from '@jest/globals';
import { confidenceInterval } from './confidence-interval.js';

describe('a spread', () => {
  it('is as Student has it, with t = 2.776445 for four degrees of freedom', () => {
    const { mean, standardDeviation, interval } = confidenceInterval([0.91, 0.92, 0.905, 0.93, 0.9]);
    expect(mean).toBeCloseTo(0.913, 12);
    expect(standardDeviation).toBeCloseTo(0.012041594578792296, 12);
    expect(interval?.[0]).toBeCloseTo(0.8980484, 7);
    expect(interval?.[1]).toBeCloseTo(0.9279516, 7);
  });

  it('has no width for one value, and none for values that are equal', () => {
    expect(confidenceInterval([0.9])).toEqual({ mean: 0.9, standardDeviation: null, interval: null });
    expect(confidenceInterval([0.5, 0.5])).toEqual({ mean: 0.5, standardDeviation: 0, interval: [0.5, 0.5] });
  });
});
