import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { bestByRank, crowdingDistance, dominates, front, hypervolume } from './index.js';

const coordinate = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
const points = fc.array(fc.tuple(coordinate, coordinate), { maxLength: 40 });
const same = (point: [number, number]): [number, number] => point;

describe('a front', () => {
  it('has no member that another point dominates, and leaves out only points that a member covers', () => {
    fc.assert(
      fc.property(points, (all) => {
        const members = front(all, same);
        for (const member of members) expect(all.some((point) => dominates(point, member))).toBe(false);
        for (const point of all) {
          expect(
            members.some((member) => dominates(member, point) || (member[0] === point[0] && member[1] === point[1])),
          ).toBe(true);
        }
      }),
    );
  });

  it('is the same in whatever order the points come', () => {
    fc.assert(
      fc.property(points, (all) => {
        expect(front([...all].reverse(), same)).toEqual(front(all, same));
      }),
    );
  });
});

describe('hypervolume', () => {
  it('never falls when a point is added, and is that of the front alone', () => {
    fc.assert(
      fc.property(points, fc.tuple(coordinate, coordinate), (all, another) => {
        const before = hypervolume(all, [1, 1]);
        expect(hypervolume([...all, another], [1, 1])).toBeGreaterThanOrEqual(before - 1e-12);
        expect(hypervolume(front(all, same), [1, 1])).toBeCloseTo(before, 12);
      }),
    );
  });

  it('is 0 for no points and for points beyond the reference', () => {
    expect(hypervolume([], [1, 1])).toBe(0);
    expect(hypervolume([[2, 0.5]], [1, 1])).toBe(0);
  });
});

describe('crowding distance', () => {
  it('is infinite at the ends and the relative gap of the neighbours between them', () => {
    expect(
      crowdingDistance([
        [0, 4],
        [1, 2],
        [4, 0],
      ]),
    ).toEqual([Infinity, 2, Infinity]);
  });

  it('gives no NaN when all points are equal', () => {
    expect(
      crowdingDistance([
        [1, 1],
        [1, 1],
        [1, 1],
      ]).some(Number.isNaN),
    ).toBe(false);
  });
});

describe('the best by rank', () => {
  it('are no worse in rank than any that is left out, each once, and with all of them nothing is lost', () => {
    fc.assert(
      fc.property(points, fc.nat(45), (all, count) => {
        const ranked = bestByRank(all, count);
        const best = ranked.map(({ index }) => index);
        expect(best).toHaveLength(Math.min(count, all.length));
        expect(new Set(best).size).toBe(best.length);
        const left = all.filter((_, i) => !best.includes(i));
        for (const i of best) expect(left.some((point) => dominates(point, all[i]))).toBe(false);
        expect(bestByRank(all, count + 1).slice(0, count)).toEqual(ranked);
      }),
    );
  });

  it('begin with the ends of the front', () => {
    const all = [
      [0.5, 0.5],
      [0.45, 0.56],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const;
    expect(bestByRank(all, 3).map(({ index }) => index)).toEqual([2, 3, 0]);
  });
});
