import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDensity } from '../normal-distribution.js';
import { WARPS } from './warps.js';

describe.each(WARPS.map((warp) => [warp.name, warp] as const))('the scale %s', (_name, warp) => {
  it('goes there and back', () => {
    for (const loss of [0.001, 0.02, 0.3, 0.9]) expect(warp.back(warp.of(loss))).toBeCloseTo(loss, 12);
  });

  it('expects below a level what numerical integration finds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.02, max: 0.95, noNaN: true }),
        fc.double({ min: 0.05, max: 0.8, noNaN: true }),
        (level, loss, deviation) => {
          const mean = warp.of(loss);
          const steps = 40_000;
          let sum = 0;
          for (let i = 0; i < steps; i++) {
            const z = -9 + (18 * (i + 0.5)) / steps;
            sum += (Math.max(0, level - warp.back(mean + deviation * z)) * normalDensity(z) * 18) / steps;
          }
          expect(warp.expectedBelow(level, mean, deviation)).toBeCloseTo(sum, 5);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is a number for losses of 0 and 1', () => {
    for (const loss of [0, 1]) expect(Number.isFinite(warp.of(loss))).toBe(true);
  });
});
