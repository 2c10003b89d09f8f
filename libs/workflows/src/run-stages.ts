import type { ModelReference, PruneAndTrainRequest, Trained, TrainingActivities } from '@espalier/contracts';
import { filtersStage, roundStage, type Stage } from './stages.js';

/** Runs a stage's steps: a worker itself, or activities when a workflow calls each step. */
export type StageSteps = Pick<TrainingActivities, 'prune' | 'fineTune' | 'evaluate'>;

/**
 * Prunes, trains and measures on the validation split, stage by stage. What comes next depends on
 * the results of steps alone, so that it may be run again with those that there are.
 */
export async function runStages(steps: StageSteps, request: PruneAndTrainRequest): Promise<Trained> {
  const { task, schedule, dense, rung } = request;
  const evaluate = (model: string) => steps.evaluate({ task, model, split: 'validation' });
  if (rung?.from) {
    const model = await fineTune(steps, request, roundStage(schedule, 1), rung.from, rung.until);
    return { model, measurement: await evaluate(model.artifact) };
  }
  const filters = filtersStage(schedule);
  const smaller = filters && (await pruneAndTrain(steps, request, filters));
  const first = await pruneAndTrain(steps, request, roundStage(schedule, 1), smaller, rung?.until);
  let held = { model: first, measurement: await evaluate(first.artifact) };
  if (!schedule.loop) return held;
  const { accuracy } = await evaluate(dense);
  const least = accuracy - schedule.loop.accuracyLoss;
  for (let round = 2; round <= schedule.loop.rounds && held.measurement.accuracy >= least; round++) {
    const model = await pruneAndTrain(steps, request, roundStage(schedule, round), held.model);
    const measurement = await evaluate(model.artifact);
    if (measurement.accuracy < least) break;
    held = { model, measurement };
  }
  return held;
}

/** @param from what the stage before left; without it the dense network */
async function pruneAndTrain(
  steps: StageSteps,
  request: PruneAndTrainRequest,
  stage: Stage,
  from?: ModelReference,
  until?: number,
): Promise<ModelReference> {
  const { task, candidate, dense, accelerator, batch, replicate } = request;
  const pruned = await steps.prune({
    task,
    candidate,
    dense,
    ...(from && { from: from.artifact }),
    schedule: stage.schedule,
    accelerator,
    batch,
    ...(replicate !== undefined && { replicate }),
  });
  return fineTune(steps, request, stage, pruned, until);
}

function fineTune(
  steps: StageSteps,
  { task, candidate, dense, imagesPerEpoch, replicate }: PruneAndTrainRequest,
  { name, schedule }: Stage,
  pruned: ModelReference,
  until?: number,
): Promise<ModelReference> {
  return steps.fineTune({
    task,
    candidate,
    pruned: pruned.artifact,
    ...(name !== undefined && { stage: name }),
    epochs: schedule.fineTune.epochs,
    ...(until !== undefined && { until }),
    imagesPerEpoch,
    schedule,
    dense,
    ...(replicate !== undefined && { replicate }),
  });
}
