import type { RandomStream } from '@espalier/random';
import type { CubeSpace, Expectation } from '../cube.js';
import { climb, type Climber } from './climb.js';
import { LearnedObjective, type Beliefs } from './learned-objective.js';
import { SecondObjective, type CostBeliefs } from './second-objective.js';
import { staircase, type Step } from './staircase.js';
import { identity, WARPS } from './warps.js';

export interface FrontierOptions {
  /** Up to which the hypervolume is measured. */
  readonly reference: readonly [number, number];
  /** The second objective of a point, as far as it is known before anything is tried: what is measured may differ, and that is learned. */
  readonly known?: (point: readonly number[]) => number;
  /** What else is limited: results beyond are on no front, and points count by how likely they are within. */
  readonly limits?: readonly Limit[];
  /** Whether the first objective is a share of 1, as an error is. */
  readonly isShare: boolean;
  /** Whether some results are of trainings that were not finished: then what is left of them is one more coordinate to learn from. */
  readonly hasFidelities?: boolean;
}

export interface Limit {
  readonly max: number;
  /** Of a point, as far as it is known before anything is tried. */
  readonly known?: (point: readonly number[]) => number;
}

interface Seen {
  readonly point: readonly number[];
  /** Infinite for what failed or is beyond a limit: it is on no front. */
  readonly objectives: readonly [number, number];
}

/** A point that is being tried, and by how many deviations from its mean it is taken to come out. */
interface Pending {
  readonly point: readonly number[];
  readonly deviates: readonly [number, number];
}

const MOST_ACTIVE = 300;
const NEAR_THE_FRONT = 200;
/** Standard deviations beyond which a normal distribution is taken to end. */
const FAR = 6;

/**
 * Learns two objectives and proposes the point whose result is expected to add most to the hypervolume of the front (Emmerich
 * et al. 2011; as a sum over the steps of the front, in closed form). Where the second is known beforehand only the first is uncertain, and
 * the expectation is over one dimension.
 */
export class FrontierSearch {
  readonly #seen: Seen[] = [];
  readonly #first: LearnedObjective;
  readonly #second: SecondObjective;
  readonly #limits: readonly (Limit & { readonly learned: SecondObjective })[];

  #jitter = 0;

  constructor(
    private readonly space: CubeSpace,
    private readonly options: FrontierOptions,
  ) {
    const dimensions = this.#features(space.isDensity.map(() => 0)).length;
    const isDensity = Array.from({ length: dimensions }, (_, k) => space.isDensity[k] ?? false);
    // The loss does not rise with training either.
    if (options.hasFidelities) isDensity[dimensions - 1] = true;
    this.#first = new LearnedObjective(isDensity, options.isShare ? WARPS : [identity]);
    this.#second = new SecondObjective(dimensions, options.known);
    this.#limits = (options.limits ?? []).map((limit) => ({
      ...limit,
      learned: new SecondObjective(dimensions, limit.known),
    }));
  }

  /** What the last proposal's model had to add to a matrix for it to be positive definite; 0 where nothing was wrong. */
  get jitter(): number {
    return this.#jitter;
  }

  get observations(): number {
    return this.#seen.length;
  }

  /**
   * @param fidelity part of its training after which it was measured
   * @param limited what is limited, in the order of the limits; null where it is not known
   */
  observe(
    point: readonly number[],
    objectives: readonly [number, number],
    fidelity = 1,
    limited: readonly (number | null)[] = [],
  ): void {
    const features = this.#features(point, fidelity);
    const isWithin = this.#limits.every(({ max }, i) => (limited[i] ?? 0) <= max);
    this.#seen.push({ point, objectives: isWithin ? objectives : [Infinity, Infinity] });
    this.#limits.forEach(({ max, known, learned }, i) => {
      learned.observe(features, point, limited[i] ?? known?.(point) ?? max);
    });
    this.#first.observe(features, objectives[0]);
    this.#second.observe(features, point, objectives[1]);
  }

  #features(point: ArrayLike<number>, fidelity = 1): Float64Array {
    const features = this.space.features(point);
    return this.options.hasFidelities ? Float64Array.from([...features, fidelity]) : features;
  }

  /** A point that came to nothing: as bad as the worst, so that others are tried before its neighbours. */
  observeFailure(point: readonly number[]): void {
    const worst = this.#seen.filter(({ objectives }) => Number.isFinite(objectives[0]));
    if (worst.length === 0) return;
    const features = this.#features(point);
    this.#seen.push({ point, objectives: [Infinity, Infinity] });
    this.#first.observe(features, Math.max(...worst.map(({ objectives }) => objectives[0])));
    this.#second.observeFailure(features);
    for (const { max, known, learned } of this.#limits) learned.observe(features, point, known?.(point) ?? max);
  }

  /**
   * @param pending points that are being tried
   * @returns the best that was found, and others after it
   */
  propose(random: RandomStream, pending: readonly (readonly number[])[]): number[][] {
    return this.#climb(random, asBelieved(pending)).map(({ point }) => point);
  }

  /** What is expected of points, were they tried to their end, and of the best that could be proposed in their stead. */
  expect(
    random: RandomStream,
    points: readonly (readonly number[])[],
    pending: readonly (readonly number[])[],
  ): Expectation {
    const steps = this.#steps();
    const expected = this.#expectedImprovement(steps, asBelieved(pending));
    return { each: points.map(expected), anew: climb(this.space, this.#members(steps), expected, random)[0].value };
  }

  /**
   * One course that the search might take: results of so many proposals, each drawn from what is believed of it after those
   * before. The same deviates are drawn again for all of them at each step, so that a course is one draw of the model.
   */
  imagineCourse(random: RandomStream, count: number): [number, number][] {
    const pending: Pending[] = [];
    for (let k = 0; k < count; k++) {
      const [{ point }] = this.#climb(random, pending);
      pending.push({ point, deviates: [random.normal(), random.normal()] });
    }
    return this.#beliefs(this.#active(this.#steps()), pending).imagined;
  }

  /** What points are believed to come to, from all that was observed. */
  foretell(points: readonly (readonly number[])[]): [number, number][] {
    const active = this.#active(this.#steps());
    return points.map((point) => {
      const features = this.#features(point);
      // Made anew for each, since what is imagined counts as observed.
      return [this.#first.given(active, 1).imagine(features), this.#second.given(active, 1).imagine(features, point)];
    });
  }

  #steps(imagined: readonly (readonly [number, number])[] = []): Step[] {
    return staircase([...this.#seen.map(({ objectives }) => objectives), ...imagined], this.options.reference);
  }

  #climb(random: RandomStream, pending: readonly Pending[]): Climber[] {
    const steps = this.#steps();
    return climb(this.space, this.#members(steps), this.#expectedImprovement(steps, pending), random);
  }

  #expectedImprovement(seen: readonly Step[], pending: readonly Pending[]): (point: readonly number[]) => number {
    const active = this.#active(seen);
    const { first, second, imagined } = this.#beliefs(active, pending);
    this.#jitter = Math.max(first.jitter, second.jitter);
    const limits = this.#limits.map(({ max, learned }) => ({ max, believed: learned.given(active, 0) }));
    const probabilityWithin = (point: readonly number[]): number =>
      limits.reduce(
        (product, { max, believed }) => product * believed.at(this.#features(point), point).probabilityBelow(max),
        1,
      );
    const steps = imagined.length === 0 ? seen : this.#steps(imagined);
    return (point) => {
      const within = probabilityWithin(point);
      const value = within * this.#sumOfSteps(steps, first, second, point);
      if (value > 0) return value;
      // Where nothing can be expected, nearer to where something could be.
      return -Math.max(0, first.at(this.#features(point)).mean - first.warp.of(0)) - (1 - within);
    };
  }

  /** What is believed after some of what was observed, and after all that is pending, which is taken to come out as said. */
  #beliefs(active: readonly number[], pending: readonly Pending[]) {
    const first = this.#first.given(active, pending.length);
    const second = this.#second.given(active, pending.length);
    const imagined = pending.map(({ point, deviates }): [number, number] => {
      const features = this.#features(point);
      return [first.imagine(features, deviates[0]), second.imagine(features, point, deviates[1])];
    });
    return { first, second, imagined };
  }

  #sumOfSteps(steps: readonly Step[], first: Beliefs, second: CostBeliefs, point: readonly number[]): number {
    const features = this.#features(point);
    const cost = second.at(features, point);
    if (cost.expectedBelow(this.options.reference[1]) === 0) return 0;
    const { mean, deviation } = first.at(features);
    // No error is less than none: what is believed of that adds nothing.
    const impossible = this.options.isShare ? first.warp.expectedBelow(0, mean, deviation) : 0;
    let sum = 0;
    let before = 0;
    // Far beyond what is believed, nothing is expected.
    const least = first.warp.back(mean - FAR * deviation);
    for (const { to, level } of steps) {
      if (level <= least) break;
      const until = cost.expectedBelow(to);
      const width = until - before;
      before = until;
      if (width > 0) sum += width * (first.warp.expectedBelow(level, mean, deviation) - impossible);
    }
    return sum;
  }

  /** What is learned from: all, or of many those nearest to the front and some of everywhere. */
  #active(steps: readonly Step[]): number[] {
    const all = this.#seen.map((_, i) => i);
    if (all.length <= MOST_ACTIVE) return all;
    const gaps = this.#seen.map(({ objectives: [loss, cost] }) => loss - levelAt(steps, cost));
    const nearest = new Set([...all].sort((a, b) => gaps[a] - gaps[b] || a - b).slice(0, NEAR_THE_FRONT));
    const others = all.filter((i) => !nearest.has(i));
    const rest = MOST_ACTIVE - NEAR_THE_FRONT;
    for (let k = 0; k < rest; k++) nearest.add(others[Math.floor(((k + 1) * others.length) / rest) - 1]);
    return all.filter((i) => nearest.has(i));
  }

  /** Points of the front by the second objective, or where there is none inside the reference, all. */
  #members(steps: readonly Step[]): (readonly number[])[] {
    const ends = new Set(steps.map(({ to }) => to));
    const members = this.#seen.filter(({ objectives: [loss, cost] }) => ends.has(cost) && loss <= levelAt(steps, cost));
    return (members.length > 0 ? members : this.#seen)
      .toSorted((a, b) => a.objectives[1] - b.objectives[1])
      .map(({ point }) => point);
  }
}

function levelAt(steps: readonly Step[], cost: number): number {
  return (steps.find(({ to }) => cost < to) ?? steps[steps.length - 1]).level;
}

const asBelieved = (points: readonly (readonly number[])[]): Pending[] =>
  points.map((point) => ({ point, deviates: [0, 0] }));
