import type { CandidateInput, Measurement, ModelReference } from '@espalier/contracts';
import { trainingOn } from './activities.js';
import { filtersStage, roundStage, type Stage } from './stages.js';

/** What the stages of a schedule came to. */
export interface Trained {
  model: ModelReference;
  measurement: Measurement;
}

/** Of a candidate, all that is pruned and trained; `replicate` for once more with another seed. */
export type StagesInput = Omit<CandidateInput, 'campaignId'> & { replicate?: number };

/** Prunes, trains and measures on the validation split, stage by stage. */
export async function runStages(input: StagesInput): Promise<Trained> {
  const { schedule, dense, rung } = input;
  if (rung?.from) {
    const model = await fineTune(input, roundStage(schedule, 1), rung.from, rung.until);
    return { model, measurement: await evaluate(input, model.artifact) };
  }
  const filters = filtersStage(schedule);
  const smaller = filters && (await pruneAndTrain(input, filters));
  const first = await pruneAndTrain(input, roundStage(schedule, 1), smaller, rung?.until);
  let held = { model: first, measurement: await evaluate(input, first.artifact) };
  if (!schedule.loop) return held;
  const { accuracy } = await evaluate(input, dense);
  const least = accuracy - schedule.loop.accuracyLoss;
  for (let round = 2; round <= schedule.loop.rounds && held.measurement.accuracy >= least; round++) {
    const model = await pruneAndTrain(input, roundStage(schedule, round), held.model);
    const measurement = await evaluate(input, model.artifact);
    if (measurement.accuracy < least) break;
    held = { model, measurement };
  }
  return held;
}

/** @param from what the stage before left; without it the dense network */
async function pruneAndTrain(
  input: StagesInput,
  stage: Stage,
  from?: ModelReference,
  until?: number,
): Promise<ModelReference> {
  const { plan, candidateId: candidate, dense, replicate } = input;
  const { task, accelerator, batch } = plan;
  const pruned = await trainingOn(plan.deviceClass).prune({
    task,
    candidate,
    dense,
    ...(from && { from: from.artifact }),
    schedule: stage.schedule,
    accelerator,
    batch,
    ...(replicate !== undefined && { replicate }),
  });
  return fineTune(input, stage, pruned, until);
}

function fineTune(
  { plan, candidateId: candidate, dense, replicate }: StagesInput,
  { name, schedule }: Stage,
  pruned: ModelReference,
  until?: number,
): Promise<ModelReference> {
  const { task, imagesPerEpoch } = plan;
  return trainingOn(plan.deviceClass).fineTune({
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

function evaluate({ plan: { deviceClass, task } }: StagesInput, model: string): Promise<Measurement> {
  return trainingOn(deviceClass).evaluate({ task, model, split: 'validation' });
}
