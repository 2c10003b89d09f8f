import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { riskAdjusted } from './risk-adjusted-posterior.js';

const posterior = fc.record({
  mean: fc.double({ min: -5, max: 5, noNaN: true }),
  deviation: fc.double({ min: 0, max: 2, noNaN: true }),
});

describe('a riskAdjusted posterior', () => {
  it('is of something no better, and surer, the worse the more is under way', () => {
    fc.assert(
      fc.property(posterior, fc.nat(1000), fc.nat(1000), (believed, pendingCount, more) => {
        const few = riskAdjusted(believed, pendingCount);
        const many = riskAdjusted(believed, pendingCount + more);
        expect(few.mean).toBeGreaterThanOrEqual(believed.mean);
        expect(many.mean).toBeGreaterThanOrEqual(few.mean);
        expect(many.deviation).toBe(few.deviation);
        expect(few.deviation).toBeLessThanOrEqual(believed.deviation);
      }),
    );
  });

  it('is what is believed, where nothing else is under way', () => {
    fc.assert(
      fc.property(posterior, (believed) => {
        expect(riskAdjusted(believed, 0).mean).toBeCloseTo(believed.mean, 12);
      }),
    );
  });

  it('leaves what is certain as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.nat(1000), (mean, pendingCount) => {
        const certain = riskAdjusted({ mean, deviation: 0 }, pendingCount);
        expect(certain.mean).toBeCloseTo(mean, 12);
        expect(certain.deviation).toBe(0);
      }),
    );
  });
});
