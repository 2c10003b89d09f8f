import { normalDistribution } from '../../sampling/normal-distribution.js';
import { SurrogateModel, type SurrogatePosterior } from './surrogate-model.js';
import { identity, logarithm } from './outcome-transforms.js';

/** What an objective of a point comes to, as far as it is known before it is tried. */
export type Known = (point: readonly number[]) => number;

/** What is believed of an objective after the first, of one point. */
export interface CostPosterior {
  /** E[max(0, level − cost)]. */
  expectedBelow(level: number): number;
  /** P(cost ≤ level). */
  probabilityBelow(level: number): number;
}

/** A cost of 0 is none that could be: it is taken for this part of what is known. */
const LEAST = 1e-6;
/** Ratios that differ by less are one. */
const SAME = 1e-9;

/**
 * An objective after the first, or what is limited, learned as it is; or where something is known
 * of it beforehand, by how much what is measured differs from that: the logarithm of their ratio.
 * Where the ratio is the same everywhere, nothing is left to learn, and posteriors are certain.
 */
export class CostModel {
  readonly #learned: SurrogateModel;
  #lowest = Infinity;
  #highest = -Infinity;
  #last = NaN;

  /**
   * @param isDensity of each coordinate, whether it is a density: layers are alike in what they
   *   cost too, unless that is known
   */
  constructor(
    isDensity: readonly boolean[],
    private readonly known: Known | undefined,
  ) {
    this.#learned = new SurrogateModel(known ? isDensity.map(() => false) : isDensity, [identity]);
  }

  observe(features: Float64Array, point: readonly number[], cost: number): void {
    const value = this.known ? logRatio(cost, this.known(point)) : cost;
    this.#lowest = Math.min(this.#lowest, value);
    this.#highest = Math.max(this.#highest, value);
    this.#last = value;
    this.#learned.observe(features, value);
  }

  /**
   * Of a point that failed nothing is learned but that it is there: its place is kept, as if it
   * were like the one before.
   */
  observeFailure(features: Float64Array): void {
    this.#learned.observe(features, this.#last);
  }

  /**
   * @param indices of observations, at least one
   * @param room for so many that are only fantasies
   */
  given(indices: readonly number[], room: number): CostModelPosterior {
    const isCertain = this.known !== undefined && this.#highest - this.#lowest < SAME;
    return new CostModelPosterior(this.known, isCertain ? this.#last : this.#learned.given(indices, room));
  }
}

/** What is believed of such an objective, to which fantasies observations may be added. */
export class CostModelPosterior {
  /**
   * @param correction what is believed of the logarithm of the ratio to `known`, or of the cost
   *   itself; a number where it is certain
   */
  constructor(
    private readonly known: Known | undefined,
    private readonly correction: SurrogatePosterior | number,
  ) {}

  get jitter(): number {
    return typeof this.correction === 'number' ? 0 : this.correction.jitter;
  }

  /** Of each point, what is believed of it alone. */
  of(features: readonly Float64Array[], points: readonly (readonly number[])[]): CostPosterior[] {
    const { known, correction } = this;
    if (typeof correction === 'number') {
      return points.map((point) => certain(this.#cost(point, correction)));
    }
    return correction.of(features).map(({ mean, deviation }, i) => {
      return known ? aboutRatio(Math.log(known(points[i])) + mean, deviation) : aboutCost(mean, deviation);
    });
  }

  /** What each point is believed to cost. */
  means(features: readonly Float64Array[], points: readonly (readonly number[])[]): number[] {
    const { correction } = this;
    const values =
      typeof correction === 'number' ? points.map(() => correction) : correction.of(features).map(({ mean }) => mean);
    return values.map((value, i) => this.#cost(points[i], value));
  }

  /**
   * Takes a point to come out as is believed, so many deviations from the mean. @returns the cost
   * that it is taken for
   */
  fantasize(features: Float64Array, point: readonly number[], deviate = 0): number {
    const value = typeof this.correction === 'number' ? this.correction : this.correction.fantasize(features, deviate);
    return this.#cost(point, value);
  }

  /** @param correction of `known`, or the cost itself */
  #cost(point: readonly number[], correction: number): number {
    return this.known ? this.known(point) * Math.exp(correction) : correction;
  }
}

const certain = (cost: number): CostPosterior => ({
  expectedBelow: (level) => Math.max(0, level - cost),
  probabilityBelow: (level) => (cost <= level ? 1 : 0),
});

const aboutCost = (mean: number, deviation: number): CostPosterior => ({
  expectedBelow: (level) => identity.expectedBelow(level, mean, deviation),
  probabilityBelow: (level) => normalDistribution((level - mean) / deviation),
});

const aboutRatio = (mean: number, deviation: number): CostPosterior => ({
  expectedBelow: (level) => logarithm.expectedBelow(level, mean, deviation),
  probabilityBelow: (level) => normalDistribution((Math.log(level) - mean) / deviation),
});

/** What costs nothing, and was known to, is as it was known. */
function logRatio(cost: number, known: number): number {
  return known > 0 ? Math.log(Math.max(cost / known, LEAST)) : 0;
}
