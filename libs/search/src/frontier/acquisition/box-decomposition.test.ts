import { hypervolume } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { BoxDecomposition } from './box-decomposition.js';
import { identity } from '../model/outcome-transforms.js';

const coordinate = fc.integer({ min: 0, max: 24 }).map((n) => n / 20);
const searched = fc.integer({ min: 2, max: 5 }).chain((objectives) => {
  const point = fc.array(coordinate, { minLength: objectives, maxLength: objectives });
  return fc.record({ all: fc.array(point, { maxLength: 12 }), point });
});
const certain = (value: number) => (edge: number) => Math.max(0, edge - value);
const ones = (point: readonly number[]): number[] => point.map(() => 1);

describe('the boxes below a front of two to five objectives', () => {
  it('say what a new point adds to the hypervolume', () => {
    fc.assert(
      fc.property(searched, ({ all, point }) => {
        const [first, ...others] = point;
        const added = new BoxDecomposition(all, ones(point)).expectedImprovement(
          certain(first),
          others.map(certain),
          -Infinity,
        );
        const gain = hypervolume([...all, point], ones(point)) - hypervolume(all, ones(point));
        expect(added).toBeCloseTo(gain, 12);
      }),
    );
  });

  it('say what a point is expected to add, of which its objectives are believed only', () => {
    const all = [
      [0.2, 0.7, 0.6],
      [0.5, 0.3, 0.5],
      [0.6, 0.6, 0.1],
    ];
    const [means, deviations] = [
      [0.45, 0.4, 0.5],
      [0.15, 0.1, 0.2],
    ];
    const [first, ...others] = means.map(
      (mean, k) => (edge: number) => identity.expectedBelow(edge, mean, deviations[k]),
    );
    const expected = new BoxDecomposition(all, [1, 1, 1]).expectedImprovement(first, others, -Infinity);
    const random = new RandomStream(1, 0);
    const before = hypervolume(all, [1, 1, 1]);
    const gains = Array.from({ length: 40_000 }, () => {
      const point = means.map((mean, k) => mean + deviations[k] * random.normal());
      return hypervolume([...all, point], [1, 1, 1]) - before;
    });
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const error = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)) / gains.length;
    expect(Math.abs(expected - mean)).toBeLessThan(4 * error);
  });

  it('give of a point the least first objective of those that are no worse in the others', () => {
    fc.assert(
      fc.property(searched, ({ all, point }) => {
        const rivals = all.filter((each) => each.every((x, k) => x < 1 && (k === 0 || x <= point[k])));
        const least = Math.min(1, ...rivals.map(([first]) => first));
        fc.pre(point.every((x) => x < 1));
        expect(new BoxDecomposition(all, ones(point)).levelAt(point)).toBe(least);
      }),
    );
  });

  it('know which points are on the front', () => {
    const boxes = new BoxDecomposition(
      [
        [0.2, 0.5],
        [0.5, 0.2],
        [0.5, 0.5],
        [0.1, 2],
      ],
      [1, 1],
    );
    const isOn = [
      [0.2, 0.5],
      [0.5, 0.2],
      [0.5, 0.5],
      [0.1, 2],
    ].map((point) => boxes.hasOnFront(point));
    expect(isOn).toEqual([true, true, false, false]);
  });
});
