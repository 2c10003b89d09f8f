import type { Cost, Lineage, PruningSchedule } from '@espalier/contracts';
import type { ExpectedImprovement } from './space/unit-cube-space.js';

/** The outcome of a proposal. */
export interface ScheduleObservation {
  /** The candidate's number; null for a result from elsewhere. */
  readonly number: number | null;
  readonly schedule: PruningSchedule;
  /**
   * Objectives, all minimised, and the constraint violation (0: none). Null for a candidate that
   * failed.
   */
  readonly result: {
    readonly objectives: readonly [number, number];
    readonly violation: number;
    /** The cost that is no objective, where the campaign limits it. */
    readonly otherCost?: number | null;
  } | null;
  /** Part of the training that was done when the candidate stopped at a rung; 1 when absent. */
  readonly fidelity?: number;
}

export interface ScheduleProposal {
  readonly schedule: PruningSchedule;
  readonly lineage: Lineage;
  /** A warning for the log. */
  readonly remark?: string;
}

/** Objectives that are known before a schedule is tried. */
export interface KnownObjectives {
  /**
   * Cost of the unpruned network, in the unit of the second objective: the hypervolume's reference.
   */
  readonly denseCost: number;
  /** Cost of a schedule; absent where only pruning tells. */
  readonly costOf?: Partial<Record<Cost, (schedule: PruningSchedule) => number>>;
}

/**
 * A search strategy. Its state follows from its observations alone: a new strategy with the same
 * observations in the same order makes the same proposals. A proposal depends on the seed, its
 * number, the observations and the pending schedules; `ask` changes nothing, and may be called
 * again.
 */
export interface Strategy {
  tell(results: readonly ScheduleObservation[]): void;
  /**
   * @param number the candidate's number in its campaign, from 0
   * @param pending proposed schedules without an observation
   * @throws SpaceExhaustedError when all schedules of a finite space were proposed
   */
  ask(number: number, pending?: readonly PruningSchedule[]): ScheduleProposal;
  /**
   * Expected improvement of stopped schedules, were they trained to their end, and of the best new
   * proposal. Undefined when the strategy predicts none, or has too few observations.
   */
  expect(
    number: number,
    schedules: readonly PruningSchedule[],
    pending: readonly PruningSchedule[],
  ): ExpectedImprovement | undefined;
}
