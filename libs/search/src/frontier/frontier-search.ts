import type { RandomStream } from '@espalier/random';
import type { CubeSpace } from '../cube.js';
import { BoxDecomposition } from './box-decomposition.js';
import { cautious, DISAPPOINTMENT } from './cautious-belief.js';
import { climb, type Climber, type Expected } from './climb.js';
import { CostObjective, type CostBelief } from './cost-objective.js';
import type { FrontierOptions, Limit } from './frontier-options.js';
import { LearnedObjective, type Belief } from './learned-objective.js';
import { identity, WARPS, type Warp } from './warps.js';

interface Seen {
  readonly point: readonly number[];
  /** Infinite for what failed or is beyond a limit: it is on no front. */
  readonly objectives: readonly number[];
}

/** A point that is being tried, and by how many deviations from its mean each of its objectives is taken to come out. */
interface Pending {
  readonly point: readonly number[];
  readonly deviates: readonly number[];
}

/** What there is to be expected. */
export interface Outlook {
  /** The best that was found, and others after it. */
  readonly climbers: readonly Climber[];
  /** Of points, each alone, were it tried to its end; to be asked before more is observed. */
  readonly expected: Expected;
}

const MOST_ACTIVE = 300;
const NEAR_THE_FRONT = 200;
/** Standard deviations beyond which a normal distribution is taken to end. */
const FAR = 6;

/**
 * Learns objectives and proposes the point whose result is expected to add most to the hypervolume of the front (Emmerich
 * et al. 2011; as a sum over boxes below the front, in closed form). Where all but the first are known beforehand only that one is
 * uncertain, and the expectation is over one dimension.
 */
export class FrontierSearch {
  readonly #seen: Seen[] = [];
  readonly #first: LearnedObjective;
  readonly #others: readonly CostObjective[];
  readonly #limits: readonly (Limit & { readonly learned: CostObjective })[];

  #jitter = 0;

  constructor(
    private readonly space: CubeSpace,
    private readonly options: FrontierOptions,
  ) {
    const dimensions = this.#features(space.isDensity.map(() => 0)).length;
    const isDensity = Array.from({ length: dimensions }, (_, k) => space.isDensity[k] ?? false);
    // The loss does not rise with training either.
    const doesNotRise = isDensity.map((is, k) => is || (options.hasFidelities === true && k === dimensions - 1));
    this.#first = new LearnedObjective(doesNotRise, options.isShare ? WARPS : [identity]);
    this.#others = options.reference.slice(1).map((_, k) => new CostObjective(isDensity, options.known?.[k]));
    this.#limits = (options.limits ?? []).map((limit) => ({
      ...limit,
      learned: new CostObjective(isDensity, limit.known),
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
    objectives: readonly number[],
    fidelity = 1,
    limited: readonly (number | null)[] = [],
  ): void {
    const features = this.#features(point, fidelity);
    const isWithin = this.#limits.every(({ max }, i) => (limited[i] ?? 0) <= max);
    this.#seen.push({ point, objectives: isWithin ? objectives : this.#onNoFront });
    this.#limits.forEach(({ max, known, learned }, i) => {
      learned.observe(features, point, limited[i] ?? known?.(point) ?? max);
    });
    this.#first.observe(features, objectives[0]);
    this.#others.forEach((other, k) => other.observe(features, point, objectives[k + 1]));
  }

  #features(point: ArrayLike<number>, fidelity = 1): Float64Array {
    const features = this.space.features(point);
    return this.options.hasFidelities ? Float64Array.from([...features, fidelity]) : features;
  }

  /** A point that came to nothing: as bad as the worst, and as what is worth nothing, so that others are tried before its neighbours. */
  observeFailure(point: readonly number[]): void {
    const finite = this.#seen.map(({ objectives: [first] }) => first).filter(Number.isFinite);
    if (finite.length === 0) return;
    const features = this.#features(point);
    this.#seen.push({ point, objectives: this.#onNoFront });
    const worst = finite.reduce((most, first) => Math.max(most, first), this.options.reference[0]);
    this.#first.observe(features, worst);
    for (const other of this.#others) other.observeFailure(features);
    for (const { max, known, learned } of this.#limits) learned.observe(features, point, known?.(point) ?? max);
  }

  /** @param pending points that are being tried */
  propose(random: RandomStream, pending: readonly (readonly number[])[]): Outlook {
    return this.#climb(
      random,
      pending.map((point) => ({ point, deviates: this.options.reference.map(() => 0) })),
      pending.length,
    );
  }

  /**
   * One course that the search might take: results of so many proposals, each drawn from what is believed of it after those
   * before, and worse by what is chosen for its promise falls short. The same deviates are drawn again for all of them at each step, so that a course is one draw of the model.
   */
  imagineCourse(random: RandomStream, count: number): number[][] {
    const pending: Pending[] = [];
    for (let k = 0; k < count; k++) {
      // On the course, each is asked for when the results of those before it are known.
      const [{ point }] = this.#climb(random, pending, 0).climbers;
      const [ofFirst, ...ofOthers] = this.options.reference.map(() => random.normal());
      pending.push({ point, deviates: [ofFirst + DISAPPOINTMENT, ...ofOthers] });
    }
    return this.#beliefs(this.#active(this.#boxes()), pending).imagined;
  }

  /** What points are believed to come to, from all that was observed. */
  foretell(points: readonly (readonly number[])[]): number[][] {
    const active = this.#active(this.#boxes());
    const features = points.map((point) => this.#features(point));
    const first = this.#first.given(active, 0);
    const costs = this.#others.map((other) => other.given(active, 0).means(features, points));
    return first.of(features).map(({ mean }, i) => [first.warp.back(mean), ...costs.map((ofOne) => ofOne[i])]);
  }

  get #onNoFront(): number[] {
    return this.options.reference.map(() => Infinity);
  }

  /** @param smoothed the first objective of some of the observations, as it is believed to be without its noise */
  #boxes(imagined: readonly (readonly number[])[] = [], smoothed?: ReadonlyMap<number, number>): BoxDecomposition {
    // Of thousands, few are smoothed.
    const seen = this.#seen.map(({ objectives }, i) => {
      const first = Number.isFinite(objectives[0]) ? smoothed?.get(i) : undefined;
      return first === undefined ? objectives : [first, ...objectives.slice(1)];
    });
    return new BoxDecomposition([...seen, ...imagined], this.options.reference);
  }

  #climb(random: RandomStream, pending: readonly Pending[], underWay: number): Outlook {
    const boxes = this.#boxes();
    const expected = this.#expectedImprovement(boxes, pending, underWay);
    return { expected, climbers: climb(this.space, this.#members(boxes), expected, random) };
  }

  #expectedImprovement(seen: BoxDecomposition, pending: readonly Pending[], underWay: number): Expected {
    const active = this.#active(seen);
    const { first, others, imagined, smoothed } = this.#beliefs(active, pending);
    this.#jitter = Math.max(first.jitter, ...others.map(({ jitter }) => jitter));
    const limits = this.#limits.map(({ max, learned }) => ({ max, believed: learned.given(active, 0) }));
    // A lucky measurement does not stand in the way of what is better than it really is.
    const boxes = this.#boxes(imagined, smoothed);
    return (points) => {
      const features = points.map((point) => this.#features(point));
      const losses = first.of(features).map((belief) => cautious(belief, underWay));
      const costs = others.map((other) => other.of(features, points));
      const within = limits.map(({ max, believed }) =>
        believed.of(features, points).map((belief) => belief.probabilityBelow(max)),
      );
      return points.map((_, i) => {
        const probability = within.reduce((product, ofOne) => product * ofOne[i], 1);
        const sum = this.#sumOfBoxes(
          boxes,
          first.warp,
          losses[i],
          costs.map((ofOne) => ofOne[i]),
        );
        if (probability * sum > 0) return probability * sum;
        // Where nothing can be expected, nearer to where something could be.
        return -Math.max(0, losses[i].mean - first.warp.of(0)) - (1 - probability);
      });
    };
  }

  /** What is believed after some of what was observed, and after all that is pending, which is taken to come out as said. */
  #beliefs(active: readonly number[], pending: readonly Pending[]) {
    const first = this.#first.given(active, pending.length);
    const others = this.#others.map((other) => other.given(active, pending.length));
    const smoothed = new Map(first.smoothed().map((value, k) => [active[k], this.#possible(value)]));
    const imagined = pending.map(({ point, deviates: [ofFirst, ...ofOthers] }) => {
      const features = this.#features(point);
      return [
        this.#possible(first.imagine(features, ofFirst)),
        ...others.map((other, k) => other.imagine(features, point, ofOthers[k])),
      ];
    });
    return { first, others, imagined, smoothed };
  }

  /** No error is less than none. */
  #possible(first: number): number {
    return this.options.isShare ? Math.max(0, first) : first;
  }

  #sumOfBoxes(boxes: BoxDecomposition, warp: Warp, { mean, deviation }: Belief, costs: readonly CostBelief[]): number {
    if (costs.some((cost, k) => cost.expectedBelow(this.options.reference[k + 1]) === 0)) return 0;
    // No error is less than none: what is believed of that adds nothing.
    const impossible = this.options.isShare ? warp.expectedBelow(0, mean, deviation) : 0;
    return boxes.expectedImprovement(
      (level) => warp.expectedBelow(level, mean, deviation) - impossible,
      costs.map((cost) => (edge) => cost.expectedBelow(edge)),
      // Far beyond what is believed, nothing is expected.
      warp.back(mean - FAR * deviation),
    );
  }

  /** What is learned from: all, or of many those nearest to the front and some of everywhere. */
  #active(boxes: BoxDecomposition): number[] {
    const all = this.#seen.map((_, i) => i);
    if (all.length <= MOST_ACTIVE) return all;
    const gaps = this.#seen.map(({ objectives }) => objectives[0] - boxes.levelAt(objectives));
    const nearest = new Set([...all].sort((a, b) => gaps[a] - gaps[b] || a - b).slice(0, NEAR_THE_FRONT));
    const others = all.filter((i) => !nearest.has(i));
    const rest = MOST_ACTIVE - NEAR_THE_FRONT;
    for (let k = 0; k < rest; k++) nearest.add(others[Math.floor(((k + 1) * others.length) / rest) - 1]);
    return all.filter((i) => nearest.has(i));
  }

  /** Points of the front by the second objective, or where there is none inside the reference, all. */
  #members(boxes: BoxDecomposition): (readonly number[])[] {
    const members = this.#seen.filter(({ objectives }) => boxes.hasOnFront(objectives));
    return (members.length > 0 ? members : this.#seen)
      .toSorted((a, b) => a.objectives[1] - b.objectives[1])
      .map(({ point }) => point);
  }
}
