import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cautious } from './cautious-belief.js';

const belief = fc.record({
  mean: fc.double({ min: -5, max: 5, noNaN: true }),
  deviation: fc.double({ min: 0, max: 2, noNaN: true }),
});

describe('a cautious belief', () => {
  it('is of something no better, and surer, the worse the more is under way', () => {
    fc.assert(
      fc.property(belief, fc.nat(1000), fc.nat(1000), (believed, underWay, more) => {
        const few = cautious(believed, underWay);
        const many = cautious(believed, underWay + more);
        expect(few.mean).toBeGreaterThanOrEqual(believed.mean);
        expect(many.mean).toBeGreaterThanOrEqual(few.mean);
        expect(many.deviation).toBe(few.deviation);
        expect(few.deviation).toBeLessThanOrEqual(believed.deviation);
      }),
    );
  });

  it('is what is believed, where nothing else is under way', () => {
    fc.assert(
      fc.property(belief, (believed) => {
        expect(cautious(believed, 0).mean).toBeCloseTo(believed.mean, 12);
      }),
    );
  });

  it('leaves what is certain as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.nat(1000), (mean, underWay) => {
        const certain = cautious({ mean, deviation: 0 }, underWay);
        expect(certain.mean).toBeCloseTo(mean, 12);
        expect(certain.deviation).toBe(0);
      }),
    );
  });
});
