import type { RandomStream } from '@espalier/random';
import type { CubeSpace } from '../space/unit-cube-space.js';
import { BoxDecomposition } from './acquisition/box-decomposition.js';
import { riskAdjusted, SELECTION_BIAS } from './acquisition/risk-adjusted-posterior.js';
import { optimizeAcquisition, type AcquisitionCandidate, type Expected } from './acquisition/optimize-acquisition.js';
import { CostModel, type CostPosterior } from './model/cost-model.js';
import type { FrontierOptions, Limit } from './frontier-options.js';
import { SurrogateModel, type Posterior } from './model/surrogate-model.js';
import { identity, OUTCOME_TRANSFORMS, type OutcomeTransform } from './model/outcome-transforms.js';

interface Seen {
  readonly point: readonly number[];
  /** `Infinity` when the candidate failed or violates a limit. */
  readonly objectives: readonly number[];
}

/** A pending point, and the deviates by which its fantasies differ from the posterior mean. */
interface Pending {
  readonly point: readonly number[];
  readonly deviates: readonly number[];
}

/** Expected improvement of candidate points. */
export interface AcquisitionResult {
  /** The best point that was found, then others. */
  readonly candidates: readonly AcquisitionCandidate[];
  /** Expected improvement of single points; call it before the next observation. */
  readonly expected: Expected;
}

const MOST_ACTIVE = 300;
const NEAR_THE_FRONT = 200;
/** Standard deviations beyond which a normal distribution is cut off. */
const FAR = 6;

/**
 * Learns objectives and proposes the point whose result is expected to add most to the hypervolume
 * of the front (Emmerich et al. 2011; as a sum over boxes below the front, in closed form). Where
 * all but the first are known beforehand only that one is uncertain, and the expectation is over
 * one dimension.
 */
export class FrontierSearch {
  readonly #seen: Seen[] = [];
  readonly #first: SurrogateModel;
  readonly #others: readonly CostModel[];
  readonly #limits: readonly (Limit & { readonly learned: CostModel })[];

  #jitter = 0;

  constructor(
    private readonly space: CubeSpace,
    private readonly options: FrontierOptions,
  ) {
    const dimensions = this.#features(space.isDensity.map(() => 0)).length;
    const isDensity = Array.from({ length: dimensions }, (_, k) => space.isDensity[k] ?? false);
    // The loss does not rise with training either.
    const doesNotRise = isDensity.map((is, k) => is || (options.hasFidelities === true && k === dimensions - 1));
    this.#first = new SurrogateModel(doesNotRise, options.isShare ? OUTCOME_TRANSFORMS : [identity]);
    this.#others = options.reference.slice(1).map((_, k) => new CostModel(isDensity, options.known?.[k]));
    this.#limits = (options.limits ?? []).map((limit) => ({
      ...limit,
      learned: new CostModel(isDensity, limit.known),
    }));
  }

  /**
   * What the last proposal's model had to add to a matrix for it to be positive definite; 0 where
   * nothing was wrong.
   */
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

  /**
   * A point that came to nothing: as bad as the worst, and as what is worth nothing, so that others
   * are tried before its neighbours.
   */
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
  propose(random: RandomStream, pending: readonly (readonly number[])[]): AcquisitionResult {
    return this.#optimizeAcquisition(
      random,
      pending.map((point) => ({ point, deviates: this.options.reference.map(() => 0) })),
      pending.length,
    );
  }

  /**
   * One course that the search might take: results of so many proposals, each drawn from what is
   * believed of it after those before, and worse by what is chosen for its promise falls short. The
   * same deviates are drawn again for all of them at each step, so that a course is one draw of the
   * model.
   */
  simulateRollout(random: RandomStream, count: number): number[][] {
    const pending: Pending[] = [];
    for (let k = 0; k < count; k++) {
      // In a rollout, each proposal knows the results of those before it.
      const [{ point }] = this.#optimizeAcquisition(random, pending, 0).candidates;
      const [ofFirst, ...ofOthers] = this.options.reference.map(() => random.normal());
      pending.push({ point, deviates: [ofFirst + SELECTION_BIAS, ...ofOthers] });
    }
    return this.#posteriors(this.#active(this.#boxes()), pending).fantasies;
  }

  /** Posterior means of points, from all observations. */
  predict(points: readonly (readonly number[])[]): number[][] {
    const active = this.#active(this.#boxes());
    const features = points.map((point) => this.#features(point));
    const first = this.#first.given(active, 0);
    const costs = this.#others.map((other) => other.given(active, 0).means(features, points));
    return first.of(features).map(({ mean }, i) => [first.transform.back(mean), ...costs.map((ofOne) => ofOne[i])]);
  }

  get #onNoFront(): number[] {
    return this.options.reference.map(() => Infinity);
  }

  /**
   * @param smoothed the first objective of some of the observations, as it is believed to be
   *   without its noise
   */
  #boxes(fantasies: readonly (readonly number[])[] = [], smoothed?: ReadonlyMap<number, number>): BoxDecomposition {
    // Of thousands, few are smoothed.
    const seen = this.#seen.map(({ objectives }, i) => {
      const first = Number.isFinite(objectives[0]) ? smoothed?.get(i) : undefined;
      return first === undefined ? objectives : [first, ...objectives.slice(1)];
    });
    return new BoxDecomposition([...seen, ...fantasies], this.options.reference);
  }

  #optimizeAcquisition(random: RandomStream, pending: readonly Pending[], pendingCount: number): AcquisitionResult {
    const boxes = this.#boxes();
    const expected = this.#expectedImprovement(boxes, pending, pendingCount);
    return { expected, candidates: optimizeAcquisition(this.space, this.#members(boxes), expected, random) };
  }

  #expectedImprovement(seen: BoxDecomposition, pending: readonly Pending[], pendingCount: number): Expected {
    const active = this.#active(seen);
    const { first, others, fantasies, smoothed } = this.#posteriors(active, pending);
    this.#jitter = Math.max(first.jitter, ...others.map(({ jitter }) => jitter));
    const limits = this.#limits.map(({ max, learned }) => ({ max, believed: learned.given(active, 0) }));
    // A lucky measurement does not stand in the way of what is better than it really is.
    const boxes = this.#boxes(fantasies, smoothed);
    return (points) => {
      const features = points.map((point) => this.#features(point));
      const losses = first.of(features).map((posterior) => riskAdjusted(posterior, pendingCount));
      const costs = others.map((other) => other.of(features, points));
      const within = limits.map(({ max, believed }) =>
        believed.of(features, points).map((posterior) => posterior.probabilityBelow(max)),
      );
      return points.map((_, i) => {
        const probability = within.reduce((product, ofOne) => product * ofOne[i], 1);
        const sum = this.#sumOfBoxes(
          boxes,
          first.transform,
          losses[i],
          costs.map((ofOne) => ofOne[i]),
        );
        if (probability * sum > 0) return probability * sum;
        // Where no improvement is expected, points nearer to one are better.
        return -Math.max(0, losses[i].mean - first.transform.of(0)) - (1 - probability);
      });
    };
  }

  /**
   * What is believed after some of what was observed, and after all that is pending, which is taken
   * to come out as said.
   */
  #posteriors(active: readonly number[], pending: readonly Pending[]) {
    const first = this.#first.given(active, pending.length);
    const others = this.#others.map((other) => other.given(active, pending.length));
    const smoothed = new Map(first.smoothed().map((value, k) => [active[k], this.#possible(value)]));
    const fantasies = pending.map(({ point, deviates: [ofFirst, ...ofOthers] }) => {
      const features = this.#features(point);
      return [
        this.#possible(first.fantasize(features, ofFirst)),
        ...others.map((other, k) => other.fantasize(features, point, ofOthers[k])),
      ];
    });
    return { first, others, fantasies, smoothed };
  }

  /** An error is at least 0. */
  #possible(first: number): number {
    return this.options.isShare ? Math.max(0, first) : first;
  }

  #sumOfBoxes(
    boxes: BoxDecomposition,
    transform: OutcomeTransform,
    { mean, deviation }: Posterior,
    costs: readonly CostPosterior[],
  ): number {
    if (costs.some((cost, k) => cost.expectedBelow(this.options.reference[k + 1]) === 0)) return 0;
    // No error is less than none: what is believed of that adds nothing.
    const impossible = this.options.isShare ? transform.expectedBelow(0, mean, deviation) : 0;
    return boxes.expectedImprovement(
      (level) => transform.expectedBelow(level, mean, deviation) - impossible,
      costs.map((cost) => (edge) => cost.expectedBelow(edge)),
      // Far beyond what is believed, nothing is expected.
      transform.back(mean - FAR * deviation),
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

  /**
   * Points of the front by the second objective, or where there is none inside the reference, all.
   */
  #members(boxes: BoxDecomposition): (readonly number[])[] {
    const members = this.#seen.filter(({ objectives }) => boxes.hasOnFront(objectives));
    return (members.length > 0 ? members : this.#seen)
      .toSorted((a, b) => a.objectives[1] - b.objectives[1])
      .map(({ point }) => point);
  }
}
