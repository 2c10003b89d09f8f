import type { Known } from './model/cost-model.js';

export interface FrontierOptions {
  /** Up to which the hypervolume is measured. */
  readonly reference: readonly number[];
  /**
   * The objectives after the first of a point, in their order, as far as they are known before
   * anything is tried: what is measured may differ, and that is learned.
   */
  readonly known?: readonly (Known | undefined)[];
  /**
   * What else is limited: results beyond are on no front, and points count by how likely they are
   * within.
   */
  readonly limits?: readonly Limit[];
  /** Whether the first objective is a share of 1, as an error is. */
  readonly isShare: boolean;
  /**
   * Whether some results are of trainings that were not finished: then what is left of them is one
   * more coordinate to learn from.
   */
  readonly hasFidelities?: boolean;
}

export interface Limit {
  readonly max: number;
  /** Of a point, as far as it is known before anything is tried. */
  readonly known?: Known;
}
