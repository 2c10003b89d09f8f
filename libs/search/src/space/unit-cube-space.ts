/** The space that strategies search: the unit cube, each coordinate in [0, 1]. */
export interface CubeSpace {
  /** Whether each coordinate is a density: the first objective does not rise with it. */
  readonly isDensity: readonly boolean[];
  /** Number of evenly spaced values of each coordinate; undefined where it is continuous. */
  readonly choices: readonly (number | undefined)[];
  /** Whether each coordinate is categorical: its values have no order. */
  readonly isCategorical: readonly boolean[];
  /**
   * Features of a point for a model of distances: its coordinates, and one-hot coordinates for
   * categories.
   */
  features(point: ArrayLike<number>): Float64Array;
}

/** One dimension of the cube. */
export interface Dimension {
  readonly isDensity: boolean;
  /** The number of values; undefined where it is continuous. */
  readonly choices?: number;
  /** Whether the values have no order. */
  readonly isCategorical?: boolean;
  /** The condition of a dimension: another, categorical dimension has one of these options. */
  readonly when?: { readonly dimension: number; readonly options: readonly number[] };
}

export function cubeOf(dimensions: readonly Dimension[]): CubeSpace {
  const categories = dimensions.flatMap(({ isCategorical, choices = 0 }, at) =>
    isCategorical ? Array.from({ length: choices }, (_, option) => ({ at, option, choices })) : [],
  );
  const counts = (j: number, point: ArrayLike<number>): boolean => {
    const { when } = dimensions[j];
    return !when || when.options.includes(choiceAt(point[when.dimension], dimensions[when.dimension].choices ?? 1));
  };
  return {
    isDensity: dimensions.map(({ isDensity }) => isDensity),
    choices: dimensions.map(({ choices }) => choices),
    isCategorical: dimensions.map(({ isCategorical = false }) => isCategorical),
    features: (point) => {
      const features = new Float64Array(dimensions.length + categories.length);
      dimensions.forEach(({ choices, isCategorical }, j) => {
        // Categories have no order: their place is in coordinates of their own, all as far from
        // each other.
        if (isCategorical) return;
        // What does not count is the same for all.
        if (!counts(j, point)) features[j] = 0.5;
        else features[j] = choices === undefined ? point[j] : (choiceAt(point[j], choices) + 0.5) / choices;
      });
      categories.forEach(({ at, option, choices }, k) => {
        if (counts(at, point) && choiceAt(point[at], choices) === option)
          features[dimensions.length + k] = Math.SQRT1_2;
      });
      return features;
    },
  };
}

/** Which of so many values a coordinate stands for, from 0. */
export const choiceAt = (at: number, choices: number): number => Math.min(choices - 1, Math.floor(at * choices));

/** The outcome of a proposed point. */
export interface CubeObservation {
  /** The proposal's number; null for a result from elsewhere. */
  readonly number: number | null;
  readonly point: readonly number[];
  /** All minimised; null when the evaluation failed. */
  readonly objectives: readonly number[] | null;
  /** Constraint violation; 0: none. */
  readonly violation: number;
  /** Limited quantities that are no objectives, in the order of the limits; null where unknown. */
  readonly limited?: readonly (number | null)[];
  /** Part of the training that was done; 1 when absent. */
  readonly fidelity?: number;
}

export interface Proposal {
  readonly point: readonly number[];
  readonly origin: 'random' | 'offspring' | 'proposed';
  /** Numbers of its parents. */
  readonly parents: readonly number[];
  /** A warning for the log. */
  readonly remark?: string;
}

/** Expected hypervolume improvement; 0 or less: none. */
export interface ExpectedImprovement {
  /** Of the stopped points. */
  readonly ofStopped: readonly number[];
  /** Of the best new proposal. */
  readonly ofNew: number;
}

/** A search strategy over the unit cube. Its state follows from its observations alone. */
export interface CubeStrategy {
  tell(results: readonly CubeObservation[]): void;
  /**
   * Proposals, the best first; the caller takes the first that has not been tried.
   *
   * @param number from 0; with the seed it determines the random draws
   * @param pending proposed points without an observation
   */
  propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal>;
  /**
   * Expected improvement of points that stopped before their end, were they finished. Undefined
   * with too few observations; left out by strategies without predictions.
   */
  expect?(
    number: number,
    points: readonly (readonly number[])[],
    pending: readonly (readonly number[])[],
  ): ExpectedImprovement | undefined;
}
