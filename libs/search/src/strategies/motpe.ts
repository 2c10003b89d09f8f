import { hypervolume, nonDominatedSort } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, CubeObservation, Proposal } from '../space/unit-cube-space.js';
import { offspring } from '../sampling/offspring.js';
import { ParzenEstimator } from '../sampling/parzen-estimator.js';

const INITIAL = 10;
const SAMPLES = 24;
/** Share of the results that are called good, and how many at most. */
const GOOD = 0.1;
const MOST_GOOD = 25;
/**
 * Of the others those that are learned from: beyond, the oldest count for little, and time grows.
 */
const MOST_OTHERS = 1000;
/** Results that count in full; of those before, the older the less. */
const NEW = 25;
const EPSILON = 1e-12;

/**
 * The multi-objective tree-structured Parzen estimator (Ozaki et al. 2022): a density of where good
 * results are, one of where the others are, and of some points drawn from the first the one where
 * their ratio is most. Good are the first fronts, and of the last that fits in part those that add
 * most to the hypervolume. Each counts alike, not by what it adds: of a handful of results one
 * would count for nearly all. What is under way, failed or breaks constraints is among the others.
 */
export class MotpeStrategy implements CubeStrategy {
  readonly #results: CubeObservation[] = [];
  readonly #failed: CubeObservation[] = [];
  #prior = 0;

  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
  ) {}

  tell(results: readonly CubeObservation[]): void {
    for (const told of results) {
      if (told.number === null) this.#prior++;
      const isResult = told.violation === 0 && told.objectives?.every(Number.isFinite);
      (isResult ? this.#results : this.#failed).push(told);
    }
  }

  *propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal> {
    if (number + this.#prior >= INITIAL && this.#results.length > 1) yield* this.#likely(number, pending);
    yield* offspring(this.space, this.seed, number, null);
  }

  #likely(number: number, pending: readonly (readonly number[])[]): Proposal[] {
    const random = new RandomStream(this.seed, number);
    const { good, others } = split(this.#results);
    const above = [...this.#failed, ...others]
      .sort((a, b) => (a.number ?? -1) - (b.number ?? -1))
      .slice(-MOST_OTHERS)
      .map(({ point }) => point);
    const points = [...above, ...pending];
    const likely = new ParzenEstimator(
      this.space,
      good.map(({ point }) => point),
      good.map(() => 1),
    );
    const unlikely = new ParzenEstimator(this.space, points, byAge(points.length));
    return Array.from({ length: SAMPLES }, () => likely.sample(random))
      .map((point) => ({ point, ratio: likely.logDensity(point) - unlikely.logDensity(point) }))
      .sort((a, b) => b.ratio - a.ratio)
      .map(({ point }) => ({ point, origin: 'proposed', parents: [] }));
  }
}

function split(results: readonly CubeObservation[]): { good: CubeObservation[]; others: CubeObservation[] } {
  const points = results.map(({ objectives }) => objectives ?? []);
  const count = Math.min(MOST_GOOD, Math.ceil(GOOD * results.length));
  const good: number[] = [];
  for (const rank of nonDominatedSort(points)) {
    const room = count - good.length;
    if (room <= 0) break;
    good.push(...(rank.length <= room ? rank : mostVolume(rank, points, room)));
  }
  const isGood = new Set(good);
  return { good: good.map((i) => results[i]), others: results.filter((_, i) => !isGood.has(i)) };
}

/**
 * Of a front so many that have most of its hypervolume: greedily, which is within 1 − 1/e of the
 * best.
 */
function mostVolume(members: readonly number[], points: readonly (readonly number[])[], count: number): number[] {
  const reference = beyond(members.map((i) => points[i]));
  const chosen: number[] = [];
  const left = new Set(members);
  while (chosen.length < count) {
    const taken = chosen.map((i) => points[i]);
    let best = { i: -1, volume: -1 };
    for (const i of left) {
      const volume = hypervolume([...taken, points[i]], reference);
      if (volume > best.volume) best = { i, volume };
    }
    chosen.push(best.i);
    left.delete(best.i);
  }
  return chosen;
}

/**
 * Beyond the worst of some points, so that the ends of their front count too, and no more than what
 * is between.
 */
function beyond(points: readonly (readonly number[])[]): number[] {
  return points[0].map((_, k) => {
    const worst = Math.max(...points.map((point) => point[k]));
    return Math.max(1.1 * worst, 0.9 * worst, worst + EPSILON);
  });
}

/** The newest count in full, and of the others the older the less, down to one part of all. */
function byAge(count: number): number[] {
  if (count < NEW) return Array<number>(count).fill(1);
  const old = count - NEW;
  return Array.from({ length: count }, (_, i) =>
    i >= old ? 1 : old === 1 ? 1 / count : 1 / count + (i / (old - 1)) * (1 - 1 / count),
  );
}
