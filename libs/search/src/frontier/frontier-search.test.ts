import { hypervolume } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import { describe, expect, it } from '@jest/globals';
import { cubeOf } from '../space/unit-cube-space.js';
import { spread } from './acquisition/optimize-acquisition.js';
import { FrontierSearch } from './frontier-search.js';

const LAYERS = 4;
const space = cubeOf(Array.from({ length: LAYERS }, () => ({ isDensity: true })));
const cost = (x: readonly number[]): number => x.reduce((sum, d, i) => sum + (d * (i + 1)) / 10, 0);
const loss = (x: readonly number[]): number =>
  1 - Math.exp(-x.reduce((sum, d, i) => sum + (4 - i) * (1 - d) ** 3, 0) / 3);

interface How {
  readonly isToldFidelity?: boolean;
  /** What a result that is not finished loses more, and how many of them are not. */
  readonly unfinished?: (number: number) => number;
  readonly measured?: (x: readonly number[]) => number;
  readonly failsAt?: (x: readonly number[]) => boolean;
}

/** Hypervolume of what was proposed, had all of it been finished. */
function run(seed: number, count: number, how: How = {}): number {
  const search = new FrontierSearch(space, {
    reference: [1, 1],
    known: [cost],
    isShare: true,
    hasFidelities: how.isToldFidelity ?? false,
  });
  const found: [number, number][] = [];
  for (let number = 0; number < count; number++) {
    const random = new RandomStream(seed, number);
    const x = number < 6 ? spread(space, random, (number + 0.5) / 6) : search.propose(random, []).candidates[0].point;
    if (how.failsAt?.(x)) {
      search.observeFailure(x);
      continue;
    }
    const fidelity = how.unfinished?.(number) ?? 1;
    found.push([loss(x), cost(x)]);
    const lost = Math.min(1, loss(x) + 0.4 * (1 - fidelity));
    search.observe(x, [lost, (how.measured ?? cost)(x)], how.isToldFidelity ? fidelity : undefined);
  }
  return hypervolume(found, [1, 1]);
}
const average = (how: How, count = 30): number =>
  [1, 2, 3, 4].reduce((sum, seed) => sum + run(seed, count, how) / 4, 0);

const random = (): number => {
  const stream = new RandomStream(9, 0);
  const points = Array.from({ length: 30 }, () => Array.from({ length: LAYERS }, () => stream.uniform()));
  return hypervolume(
    points.map((x): [number, number] => [loss(x), cost(x)]),
    [1, 1],
  );
};

describe('a search by expected improvement', () => {
  it('finds much more than as many random points', () => {
    expect(average({})).toBeGreaterThan(1.15 * random());
  });

  it('learns by how much measured costs differ from those known beforehand', () => {
    // Half as much where the second layer is dense, which nobody knew.
    const measured = (x: readonly number[]): number => cost(x) * (1 - x[1] / 2);
    const learned = average({ measured });
    expect(learned).toBeGreaterThan(0.9 * average({}));
  });

  it('goes on looking where one of several measurements of a point was lucky', () => {
    const expectedBeside = (luck: number): number => {
      const search = new FrontierSearch(space, { reference: [1, 1], known: [cost], isShare: true });
      const noise = new RandomStream(3, 0);
      const at = [0.5, 0.4, 0.3, 0.2];
      for (let i = 0; i < 40; i++) {
        const x = i % 4 === 0 ? at : spread(space, noise);
        search.observe(x, [loss(x) + 0.03 * noise.normal(), cost(x)]);
      }
      search.observe(at, [loss(at) - luck, cost(at)]);
      const better = [0.7, 0.4, 0.3, 0.1];
      return search.propose(noise, []).expected([better])[0];
    };
    expect(expectedBeside(0.2)).toBeGreaterThan(0.8 * expectedBeside(0));
  });

  it('finds as much, or more, when it is told which results were not finished', () => {
    const unfinished = (number: number): number => (number % 2 === 0 ? 1 : 0.25);
    const told = average({ unfinished, isToldFidelity: true });
    expect(told).toBeGreaterThan(average({ unfinished }));
    expect(told).toBeGreaterThan(0.95 * average({}));
  });

  it.each([1, 2, 3])(
    'expects of what stopped early the more, the better it was then, and less of what is like one under way (%i)',
    (seed) => {
      const expectedAfter = (lossThen: number, pending: readonly number[][] = []) => {
        const search = new FrontierSearch(space, {
          reference: [1, 1],
          known: [cost],
          isShare: true,
          hasFidelities: true,
        });
        for (let number = 0; number < 24; number++) {
          const x = spread(space, new RandomStream(seed, number), (number + 0.5) / 24);
          search.observe(x, [Math.min(1, loss(x) + 0.2), cost(x)], 0);
          if (number % 2 === 0) search.observe(x, [loss(x), cost(x)], 1);
        }
        const stopped = [0.4, 0.5, 0.6, 0.7];
        search.observe(stopped, [lossThen, cost(stopped)], 0);
        const { candidates, expected } = search.propose(new RandomStream(1, 99), pending);
        return { stopped: expected([stopped])[0], anew: candidates[0].value };
      };
      const [good, better, usual] = [expectedAfter(0.15), expectedAfter(0.35), expectedAfter(0.6)];
      expect(good.stopped).toBeGreaterThan(better.stopped);
      expect(good.stopped).toBeGreaterThan(2 * usual.stopped);
      expect(better.stopped).toBeGreaterThan(usual.stopped);
      // What is not tried yet is searched for the best.
      expect(usual.anew).toBeGreaterThan(usual.stopped);
      expect(expectedAfter(0.15, [[0.4, 0.5, 0.6, 0.69]]).stopped).toBeLessThan(0.5 * good.stopped);
    },
  );

  it('keeps away from where trainings fail', () => {
    const failsAt = (x: readonly number[]): boolean => x[0] < 0.4;
    expect(average({ failsAt })).toBeGreaterThan(0.85 * average({}));
  });
});

describe('a limit beside the objectives', () => {
  /** Grows with the last layers, which cost most: what is cheap in both is small. */
  const cycles = (x: readonly number[]): number => 0.2 + 0.8 * x[3];
  const within = (known: boolean, isNoisy = false): { share: number; volume: number } => {
    const search = new FrontierSearch(space, {
      reference: [1, 1],
      known: [cost],
      isShare: true,
      limits: [{ max: 0.5, ...(known && { known: cycles }) }],
    });
    const found: { objectives: [number, number]; cycles: number }[] = [];
    for (let number = 0; number < 40; number++) {
      const random = new RandomStream(3, number);
      const x = number < 6 ? spread(space, random, (number + 0.5) / 6) : search.propose(random, []).candidates[0].point;
      const measured = cycles(x) * (isNoisy ? 1.1 : 1);
      found.push({ objectives: [loss(x), cost(x)], cycles: measured });
      search.observe(x, [loss(x), cost(x)], 1, [measured]);
    }
    const later = found.slice(20);
    const allowed = found.filter((each) => each.cycles <= 0.5);
    return {
      share: later.filter((each) => each.cycles <= 0.5).length / later.length,
      volume: hypervolume(
        allowed.map(({ objectives }) => objectives),
        [1, 1],
      ),
    };
  };

  it.each([
    ['known beforehand', within(true)],
    ['learned', within(false)],
    ['known up to a ratio', within(true, true)],
  ])('that is %s is kept to by nearly all that is proposed, up to its edge', (_, { share, volume }) => {
    expect(share).toBeGreaterThanOrEqual(0.7);
    // Of random points that keep to it a thousand have this.
    expect(volume).toBeGreaterThan(0.9 * randomVolume(1000));
  });

  function randomVolume(count: number): number {
    const random = new RandomStream(1, 0);
    const points = Array.from({ length: count }, () => space.isDensity.map(() => random.uniform()));
    return hypervolume(
      points.filter((x) => cycles(x) <= 0.5).map((x) => [loss(x), cost(x)] as const),
      [1, 1],
    );
  }
});
