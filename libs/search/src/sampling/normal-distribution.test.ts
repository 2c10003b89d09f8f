import fc from 'fast-check';
import jstat from 'jstat';
import { describe, expect, it } from '@jest/globals';
import { normalDensity, normalDistribution } from './normal-distribution.js';

describe('the normal distribution', () => {
  it("is jstat's", () => {
    fc.assert(
      fc.property(fc.double({ min: -9, max: 9, noNaN: true }), (z) => {
        expect(Math.abs(normalDistribution(z) - 0.5 * jstat.erfc(-z / Math.SQRT2))).toBeLessThan(2e-15);
      }),
      { numRuns: 2000 },
    );
  });

  it('is that of its table, and nearly as exact far out, where little is left', () => {
    for (const [z, probability] of [
      [0, 0.5],
      [1.959963984540054, 0.975],
      [-3, 1.349898031630095e-3],
      [-7, 1.279812543885835e-12],
      [-10, 7.619853024160527e-24],
      [-30, 4.90671392715e-198],
    ]) {
      expect(Math.abs(normalDistribution(z) / probability - 1)).toBeLessThan(1e-8);
    }
  });

  it('ends in 0 and 1', () => {
    expect([-Infinity, -40, 40, Infinity].map(normalDistribution)).toEqual([0, 0, 1, 1]);
    expect(normalDistribution(NaN)).toBeNaN();
  });

  it('has the density that its slope is', () => {
    for (const z of [-4, -1, 0, 0.5, 3]) {
      const slope = (normalDistribution(z + 1e-5) - normalDistribution(z - 1e-5)) / 2e-5;
      expect(normalDensity(z)).toBeCloseTo(slope, 9);
    }
  });
});
