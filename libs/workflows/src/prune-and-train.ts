import type { ProposedCandidate, CampaignPlan, PruneAndTrainRequest, Trained } from '@espalier/contracts';
import { patched } from '@temporalio/workflow';
import { trainingOn } from './activities.js';
import { runStages } from './run-stages.js';

/**
 * One candidate's stages on one worker, which has the model and the data of each step at hand for
 * the next.
 */
export function pruneAndTrain(
  { task, accelerator, batch, imagesPerEpoch, deviceClass }: CampaignPlan,
  dense: string,
  { candidateId: candidate, schedule, rung, replicate }: Omit<ProposedCandidate, 'number'> & { replicate?: number },
): Promise<Trained> {
  const request: PruneAndTrainRequest = {
    ...{ task, candidate, dense, schedule, accelerator, batch, imagesPerEpoch },
    ...(rung && { rung }),
    ...(replicate !== undefined && { replicate }),
  };
  const training = trainingOn(deviceClass);
  // Histories from before it have an activity for each step, wherever there was room.
  return patched('stages-on-one-worker') ? training.pruneAndTrain(request) : runStages(training, request);
}
