import type { Cost, Lineage, PruningSchedule } from '@espalier/contracts';
import type { Expectation } from './space/unit-cube-space.js';

/** What became of an earlier ask. */
export interface ScheduleObservation {
  /** The candidate's number, as it was asked for; null for a result from elsewhere. */
  readonly number: number | null;
  readonly schedule: PruningSchedule;
  /**
   * Objectives, all minimised, and how far the candidate breaks the campaign's constraints (0: not
   * at all). Null for a candidate that failed.
   */
  readonly result: {
    readonly objectives: readonly [number, number];
    readonly violation: number;
    /** Where the campaign limits it: the cost that is no objective. */
    readonly otherCost?: number | null;
  } | null;
  /**
   * Part of its training after which it was measured, where it stopped at a rung; 1 if left out.
   */
  readonly fidelity?: number;
}

export interface ScheduleProposal {
  readonly schedule: PruningSchedule;
  readonly lineage: Lineage;
  /** What went not quite as it should, in words for a log. */
  readonly remark?: string;
}

/** What is known of a campaign's schedules before any is tried. */
export interface KnownObjectives {
  /**
   * Of the unpruned network, in the unit of the results' second objective: hypervolumes are
   * measured up to it.
   */
  readonly denseCost: number;
  /** What schedules will take; without those that only pruning can tell. */
  readonly costOf?: Partial<Record<Cost, (schedule: PruningSchedule) => number>>;
}

/**
 * A search strategy. It is told everything and stores nothing: a strategy that is made anew and
 * told the same results in the same order answers as the first one did. The answer to `ask` depends
 * on the seed, the number asked for, what was told before and what is pending, and on nothing else;
 * asking does not change it, so that `ask` may be tried again.
 */
export interface Strategy {
  tell(results: readonly ScheduleObservation[]): void;
  /**
   * @param number the candidate's number in its campaign, from 0
   * @param pending schedules that were asked for and of which nothing was told yet
   * @throws SpaceExhaustedError when all schedules of a finite space have been asked for
   */
  ask(number: number, pending?: readonly PruningSchedule[]): ScheduleProposal;
  /**
   * What is expected of schedules that stopped at a rung, were they trained to their end, and of
   * the best that could be asked for in their stead; undefined where nothing is expected of any, or
   * too little was told.
   */
  expect(
    number: number,
    schedules: readonly PruningSchedule[],
    pending: readonly PruningSchedule[],
  ): Expectation | undefined;
}
