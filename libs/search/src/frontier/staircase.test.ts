import { hypervolume } from '@espalier/pareto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staircase } from './staircase.js';

const coordinate = fc.integer({ min: 0, max: 24 }).map((n) => n / 20);
const points = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 25 });

describe('the steps of a front', () => {
  it('say what a new point adds to the hypervolume', () => {
    fc.assert(
      fc.property(points, fc.tuple(coordinate, coordinate), (all, point) => {
        const [a, b] = point;
        const added = staircase(all, [1, 1]).reduce(
          (sum, { from, to, level }) => sum + Math.max(0, level - a) * Math.max(0, to - Math.max(from, b)),
          0,
        );
        const gain = hypervolume([...all, point], [1, 1]) - hypervolume(all, [1, 1]);
        expect(added).toBeCloseTo(gain, 12);
      }),
    );
  });

  it('are one, up to the reference, where there is no point inside it', () => {
    expect(staircase([[2, 0.1]], [1, 1])).toEqual([{ from: -Infinity, to: 1, level: 1 }]);
  });
});
