import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  additiveEpsilon,
  attainmentSurface,
  dominates,
  epsilonDominates,
  front,
  hypervolume,
  hypervolumeContributions,
  invertedGenerationalDistancePlus,
  IncrementalFront,
  kneePoint,
} from '../index.js';

interface Oracle {
  source: string;
  cases: {
    points: number[][];
    reference: number[];
    hypervolume: number;
    front: number[][];
    contributions: number[] | null;
    target: number[][];
    igdPlus: number;
    epsilonAdditive: number;
  }[];
  attainment: { sets: [number, number][][]; surfaces: Record<string, [number, number][]> };
}
const { source, cases, attainment } = JSON.parse(
  readFileSync(new URL('./oracle-indicators.json', import.meta.url), 'utf8'),
) as Oracle;

describe(`figures of ${source}`, () => {
  it.each(cases.map((each) => [each.reference.length, each.points.length, each] as const))(
    'are ours for %i objectives of %i points',
    (_objectives, _count, each) => {
      expect(hypervolume(each.points, each.reference)).toBeCloseTo(each.hypervolume, 12);
      expect(invertedGenerationalDistancePlus(each.points, each.target)).toBeCloseTo(each.igdPlus, 12);
      expect(additiveEpsilon(each.points, each.target)).toBeCloseTo(each.epsilonAdditive, 12);
      const contributions = hypervolumeContributions(each.front, each.reference);
      each.contributions?.forEach((theirs, i) => expect(contributions[i]).toBeCloseTo(theirs, 12));
    },
  );

  it.each(Object.keys(attainment.surfaces))('are ours for what %s % of runs attain', (percent) => {
    const { sets, surfaces } = attainment;
    const byFirst = surfaces[percent].toSorted((a, b) => a[0] - b[0]);
    expect(attainmentSurface(sets, (Number(percent) / 100) * sets.length)).toEqual(byFirst);
  });
});

const coordinate = fc.integer({ min: 0, max: 12 }).map((n) => n / 10);
const pointsOf = (objectives: number) =>
  fc.array(fc.array(coordinate, { minLength: objectives, maxLength: objectives }), { maxLength: 14 });

describe('a hypervolume', () => {
  it('of more objectives is that of fewer, where the others are 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), pointsOf(5), (objectives, points) => {
        const fewer = points.map((point) => point.slice(0, objectives));
        const more = fewer.map((point) => [...point, 0]);
        const ones = Array<number>(objectives).fill(1);
        expect(hypervolume(more, [...ones, 1])).toBeCloseTo(hypervolume(fewer, ones), 12);
      }),
    );
  });

  it('is counted cell by cell alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), pointsOf(4), (objectives, points) => {
        const cut = points.map((point) => point.slice(0, objectives));
        let cells = 0;
        for (let cell = 0; cell < 10 ** objectives; cell++) {
          const corner = Array.from({ length: objectives }, (_, k) => (Math.floor(cell / 10 ** k) % 10) / 10);
          if (cut.some((point) => point.every((value, k) => value <= corner[k] + 1e-9))) cells++;
        }
        const ones = Array<number>(objectives).fill(1);
        expect(hypervolume(cut, ones)).toBeCloseTo(cells / 10 ** objectives, 9);
      }),
      { numRuns: 40 },
    );
  });

  it('of one objective is refused', () => {
    expect(() => hypervolume([[0.5]], [1])).toThrow(RangeError);
  });
});

describe('a kept front', () => {
  it('is the front of all that was added, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { maxLength: 60 }), (points) => {
        const kept = new IncrementalFront<number>();
        points.forEach(([x, y], i) => {
          const isOnIt = kept.add(x, y, i);
          const before = points.slice(0, i);
          expect(isOnIt).toBe(!before.some((p) => dominates(p, [x, y]) || (p[0] === x && p[1] === y)));
        });
        expect([...kept.members()].map(({ objectives }) => objectives)).toEqual(front(points, (point) => point));
      }),
    );
  });

  it('refuses what is no number', () => {
    expect(() => new IncrementalFront().add(NaN, 1, null)).toThrow('are not two numbers');
  });
});

describe('the knee of a front', () => {
  it('is where it bends most', () => {
    expect(
      kneePoint([
        [0, 1],
        [0.1, 0.2],
        [0.5, 0.15],
        [1, 0],
      ]),
    ).toBe(1);
  });

  it('is the only point of a front of one, and none is refused', () => {
    expect(kneePoint([[0.3, 0.4]])).toBe(0);
    expect(() => kneePoint([])).toThrow(RangeError);
  });
});

describe('ε-dominance', () => {
  it('of 0 holds where a point dominates another, and with the ε of a set for one of its points at least', () => {
    fc.assert(
      fc.property(pointsOf(3), pointsOf(3), (points, targets) => {
        fc.pre(points.length > 0 && targets.length > 0);
        for (const point of points) {
          for (const target of targets) {
            if (dominates(point, target)) expect(epsilonDominates(point, target, 0)).toBe(true);
          }
        }
        const epsilon = additiveEpsilon(points, targets) + 1e-12;
        for (const target of targets) {
          expect(points.some((point) => epsilonDominates(point, target, epsilon))).toBe(true);
        }
      }),
    );
  });
});
