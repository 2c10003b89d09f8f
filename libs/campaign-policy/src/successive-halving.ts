import type { CampaignSpec, PruningSchedule } from '@espalier/contracts';

/** Whether a candidate has been trained to its end with the result of a rung. */
export function isLastRung({ rungs }: CampaignSpec, { fineTune }: PruningSchedule, rung: number | null): boolean {
  return rung === null || rung >= (rungs?.epochs.filter((epochs) => epochs < fineTune.epochs).length ?? 0);
}

/** Epochs of fine-tuning at the end of a rung. */
export function epochsOfRung(spec: CampaignSpec, schedule: PruningSchedule, rung: number | null): number {
  const { epochs } = schedule.fineTune;
  return isLastRung(spec, schedule, rung) ? epochs : (spec.rungs?.epochs[rung ?? 0] ?? epochs);
}

/**
 * Of what a candidate takes from its beginning, the part that is left after a rung: pruning and
 * measuring take about an epoch.
 */
export function remainingTraining(spec: CampaignSpec, schedule: PruningSchedule, rung: number): number {
  const { epochs } = schedule.fineTune;
  return (epochs - epochsOfRung(spec, schedule, rung)) / (epochs + 1);
}
