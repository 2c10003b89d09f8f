import type { PruningSchedule } from '@espalier/contracts';
import { FILTER_CRITERIA } from '@espalier/contracts/criteria';

/**
 * One pruning and the training after it. A candidate that has several goes on from what the one
 * before left.
 */
export interface Stage {
  /** Tells apart a candidate's trainings; undefined where it has one only. */
  readonly name?: string;
  readonly schedule: PruningSchedule;
}

/** Whole filters go first, with a fine-tuning of their own. */
export function filtersStage({ filters, fineTune }: PruningSchedule): Stage | undefined {
  if (!filters) return undefined;
  const { criterion, density, epochs } = filters;
  return { name: 'filters', schedule: { criterion, density, fineTune: { ...fineTune, epochs } } };
}

/**
 * @param round from 1. Weights that went before are 0 and part of a layer still, so that each round
 *   keeps a smaller part; filters that went are no part of it any more.
 */
export function roundStage({ filters, loop, ...schedule }: PruningSchedule, round: number): Stage {
  const isOfFilters = FILTER_CRITERIA.some((name) => name === schedule.criterion);
  const densityOf = (first: number): number => {
    if (!loop || round === 1 || first === 1) return first;
    return isOfFilters ? loop.keep : first * loop.keep ** (round - 1);
  };
  const density = Object.fromEntries(Object.entries(schedule.density).map(([layer, kept]) => [layer, densityOf(kept)]));
  return { ...((filters ?? loop) && { name: `round-${round}` }), schedule: { ...schedule, density } };
}
