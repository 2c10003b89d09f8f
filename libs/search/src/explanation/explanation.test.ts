import { CampaignSpecSchema } from '@espalier/contracts';
import { hypervolume } from '@espalier/pareto';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { createStrategy } from '../strategies/create-strategy.js';
import { prune8 } from '../testing/prune8.js';
import { explainSearch, type MeasuredSchedule } from './explain-search.js';
import { parameterImportance } from './parameter-importance.js';

const specOf = (seed: number) =>
  CampaignSpecSchema.parse({
    name: 'prune8',
    network: 'none',
    data: 'none',
    space: {
      density: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`layer${i + 1}`, [0, 1]])),
      fineTune: { epochs: [1, 3] },
    },
    strategy: { name: 'frontier', seed },
    budget: { candidates: 150 },
  });
const foreknowledge = {
  denseCost: 1,
  costOf: { energy: ({ density }: MeasuredSchedule['schedule']): number => prune8(density)[1] },
};

function searched(count: number, seed: number): MeasuredSchedule[] {
  const strategy = createStrategy(specOf(seed), foreknowledge);
  return Array.from({ length: count }, (_, number) => {
    const { schedule } = strategy.ask(number);
    const objectives = prune8(schedule.density);
    strategy.tell([{ number, schedule, result: { objectives, violation: 0 } }]);
    return { schedule, objectives };
  });
}

describe('what a search says of itself', () => {
  // Of one search much is a matter of luck, of the middle one of three less.
  const searches = [1, 2, 3].map((seed) => {
    const results = searched(80, seed);
    return { results, explained: explainSearch(specOf(seed), foreknowledge, results.slice(0, 50), [10, 30]) };
  });
  const [{ results, explained }] = searches;
  const middle = (of: (search: (typeof searches)[number]) => number): number =>
    searches.map(of).toSorted((a, b) => a - b)[1];

  it('foretells what came after', () => {
    expect(explained.foretold?.results).toBe(10);
    expect(explained.foretold?.medianCostError).toBeLessThan(1e-6);
    expect(middle((search) => search.explained.foretold?.medianAccuracyError ?? Infinity)).toBeLessThan(0.05);
  });

  it('foretells how much more there is to gain, to a factor of three', () => {
    const volumeOf = (some: readonly MeasuredSchedule[]): number =>
      hypervolume(
        some.map(({ objectives }) => objectives),
        [1, 1],
      );
    const hopedFor = middle((search) => {
      const grew = volumeOf(search.results) / volumeOf(search.results.slice(0, 50)) - 1;
      return (search.explained.outlook?.at(-1)?.median ?? Infinity) / grew;
    });
    expect(explained.outlook?.at(-1)?.candidates).toBe(30);
    expect(hopedFor).toBeGreaterThan(1 / 3);
    expect(hopedFor).toBeLessThan(3);
  });

  it('expects no less of more candidates', () => {
    const medians = explained.outlook?.map(({ median }) => median) ?? [];
    expect(medians).toEqual([...medians].sort((a, b) => a - b));
  });

  it('says nothing of importance and certainty from fewer than ten results', () => {
    const { importance, foretold } = explainSearch(specOf(1), foreknowledge, results.slice(0, 9), [1]);
    expect([importance, foretold]).toEqual([null, null]);
  });
});

describe('the importance of parameters', () => {
  it('is that of the one that tells the best from the others, and of no other', () => {
    const points = Array.from({ length: 200 }, (_, i) => [(i % 20) / 19, Math.floor(i / 20) / 9, ((i * 7) % 3) / 3]);
    const shares = parameterImportance(
      points,
      points.map(([x]) => x < 0.12),
      [undefined, undefined, 3],
    );
    expect(shares[0]).toBeGreaterThan(0.9);
  });

  it('sums to 1, or is 0 where all are among the best', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { minLength: 2 }),
        (some) => {
          const shares = parameterImportance(
            some.map(([x]) => [x, 1 - x]),
            some.map(([, isBest], i) => isBest || i === 0),
            [undefined, 4],
          );
          const sum = shares.reduce((total, share) => total + share, 0);
          if (sum > 1e-9) expect(sum).toBeCloseTo(1);
          for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
