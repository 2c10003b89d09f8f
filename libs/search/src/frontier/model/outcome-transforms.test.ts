import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { normalDensity } from '../../sampling/normal-distribution.js';
import { OUTCOME_TRANSFORMS } from './outcome-transforms.js';

describe.each(OUTCOME_TRANSFORMS.map((transform) => [transform.name, transform] as const))(
  'the scale %s',
  (_name, transform) => {
    it('goes there and back', () => {
      for (const loss of [0.001, 0.02, 0.3, 0.9]) expect(transform.back(transform.of(loss))).toBeCloseTo(loss, 12);
    });

    it('expects below a level what numerical integration finds', () => {
      fc.assert(
        fc.property(
          fc.double({ min: 0.01, max: 1, noNaN: true }),
          fc.double({ min: 0.02, max: 0.95, noNaN: true }),
          fc.double({ min: 0.05, max: 0.8, noNaN: true }),
          (level, loss, deviation) => {
            const mean = transform.of(loss);
            const steps = 40_000;
            let sum = 0;
            for (let i = 0; i < steps; i++) {
              const z = -9 + (18 * (i + 0.5)) / steps;
              sum += (Math.max(0, level - transform.back(mean + deviation * z)) * normalDensity(z) * 18) / steps;
            }
            expect(transform.expectedBelow(level, mean, deviation)).toBeCloseTo(sum, 5);
          },
        ),
        { numRuns: 40 },
      );
    });

    it('is a number for losses of 0 and 1', () => {
      for (const loss of [0, 1]) expect(Number.isFinite(transform.of(loss))).toBe(true);
    });
  },
);
