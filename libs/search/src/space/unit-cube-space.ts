/** What strategies search: points of the unit cube, each coordinate a number in [0, 1]. */
export interface CubeSpace {
  /** Of each coordinate, whether it is a density: the first objective does not rise with it. */
  readonly isDensity: readonly boolean[];
  /**
   * Of each coordinate, the number of values that it has, evenly spaced; none where it is
   * continuous.
   */
  readonly choices: readonly (number | undefined)[];
  /** Of each coordinate, whether its values have no order. */
  readonly isCategorical: readonly boolean[];
  /**
   * Coordinates in which a model measures distances: those of a point, or for a choice one for each
   * option.
   */
  features(point: ArrayLike<number>): Float64Array;
}

/** One dimension of a cube, as its coding knows it. */
export interface Dimension {
  readonly isDensity: boolean;
  /** The number of values; undefined where it is continuous. */
  readonly choices?: number;
  /** Whether the values have no order. */
  readonly isCategorical?: boolean;
  /** It counts only where another dimension, of categories, has one of these options. */
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

/** What became of a point. */
export interface CubeObservation {
  /** As it was asked for; null for a result from elsewhere. */
  readonly number: number | null;
  readonly point: readonly number[];
  /** All minimised; null for what failed. */
  readonly objectives: readonly number[] | null;
  /** How far it breaks constraints; 0: not at all. */
  readonly violation: number;
  /**
   * What is limited beside the objectives, in the order of the limits; null where it is not known.
   */
  readonly limited?: readonly (number | null)[];
  /** Part of its training after which it was measured; 1 if left out. */
  readonly fidelity?: number;
}

export interface Proposal {
  readonly point: readonly number[];
  readonly origin: 'random' | 'offspring' | 'proposed';
  /** Numbers of the results that it was made from. */
  readonly parents: readonly number[];
  /** What went not quite as it should, in words for a log. */
  readonly remark?: string;
}

/**
 * What results are expected to add to the hypervolume of the front; what is not above 0 is not
 * expected to add anything.
 */
export interface Expectation {
  /** Of each that was asked about. */
  readonly each: readonly number[];
  /** Of the best that could be proposed instead. */
  readonly anew: number;
}

/**
 * A search strategy over a cube. It stores nothing but what it was told: one that is made anew and
 * told the same in the same order proposes the same.
 */
export interface CubeStrategy {
  tell(results: readonly CubeObservation[]): void;
  /**
   * Proposals, the best first, for whoever asks to take the first that has not been tried: there
   * are always more.
   *
   * @param number from 0; with the seed, what is drawn at random
   * @param pending points that were asked for and of which nothing was told yet
   */
  propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal>;
  /**
   * What is expected of points that were measured before their training was finished, were it
   * finished now; undefined as long as too little was told. Left out by strategies that expect
   * nothing of any point.
   */
  expect?(
    number: number,
    points: readonly (readonly number[])[],
    pending: readonly (readonly number[])[],
  ): Expectation | undefined;
}
