import type { Dimension } from './dimensions.js';

export interface Loop {
  readonly dimension: Dimension;
  readonly count: number;
}

/**
 * How a layer is cut up in space and time, in the notation of Timeloop: for each memory level the
 * loops that run over the tiles of the next level inwards, outermost first; for the array the
 * dimensions that are spread over its axes.
 *
 * The last tile of a dimension may be smaller than the others. Elsewhere sizes divide: the count of
 * a dimension's outermost loop is what covers it, its other loops are always full.
 */
export interface Mapping {
  readonly temporal: Readonly<Record<string, readonly Loop[]>>;
  readonly spatial: readonly SpatialLoop[];
}

export interface SpatialLoop extends Loop {
  readonly axis: string;
}
