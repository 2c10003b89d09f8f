import type { Budget } from '@espalier/contracts';

/** What a campaign has used of its budgets. A budget that is not given counts as not used. */
export interface BudgetUse {
  readonly wallClockHours?: number | undefined;
  readonly deviceHours?: number | undefined;
  readonly energyEvaluations?: number | undefined;
  /** Rise of the hypervolume over the last results; null while there are too few of them. */
  readonly hypervolumeRise?: number | null | undefined;
}

/** A budget that is used up, so that the campaign proposes no more candidates. */
export interface ExhaustedBudget {
  readonly budget: Exclude<keyof Budget, 'candidates'>;
  readonly used: number;
  readonly of: number;
}

/** @returns the first budget, other than that of candidates, that is used up, or null */
export function exhaustedBudget(budget: Omit<Budget, 'candidates'>, use: BudgetUse): ExhaustedBudget | null {
  for (const name of ['wallClockHours', 'deviceHours', 'energyEvaluations'] as const) {
    const [used, of] = [use[name], budget[name]];
    if (used !== undefined && of !== undefined && used >= of) return { budget: name, used, of };
  }
  const { hypervolume } = budget;
  const rise = use.hypervolumeRise ?? null;
  if (hypervolume !== undefined && rise !== null && rise < hypervolume.risesLessThan) {
    return { budget: 'hypervolume', used: rise, of: hypervolume.risesLessThan };
  }
  return null;
}
