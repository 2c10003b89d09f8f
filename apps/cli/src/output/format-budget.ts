import { MAX_CANDIDATES, type Budget } from '@espalier/contracts';

/** Infinity where other budgets end the campaign. */
export const candidatesIn = ({ candidates }: Budget): number => (candidates < MAX_CANDIDATES ? candidates : Infinity);

/** A budget in a few words, such as "60 candidates or 2 h of devices". */
export function formatBudget(budget: Budget): string {
  const { candidates, deviceHours, wallClockHours, energyEvaluations, hypervolume } = budget;
  return [
    ...(Number.isFinite(candidatesIn(budget)) ? [`${candidates} candidates`] : []),
    ...(deviceHours === undefined ? [] : [`${deviceHours} h of devices`]),
    ...(wallClockHours === undefined ? [] : [`${wallClockHours} h`]),
    ...(energyEvaluations === undefined ? [] : [`${energyEvaluations} evaluations of energy`]),
    ...(hypervolume
      ? [`until the hypervolume rises by less than ${hypervolume.risesLessThan} over ${hypervolume.over} results`]
      : []),
  ].join(' or ');
}
