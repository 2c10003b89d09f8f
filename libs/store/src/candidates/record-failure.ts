import { FailureSchema, type CandidateStateWithoutResult, type Failure } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { recordEvent } from '../events/events.js';
import { refuseOtherRun } from './refuse-other-run.js';

/**
 * Records that a candidate ended without a result. A finished candidate stays as it is.
 *
 * @throws FencedError when another run has claimed the candidate
 */
export async function recordFailure(
  database: Database,
  campaignId: string,
  candidateId: string,
  state: CandidateStateWithoutResult,
  failure: Failure,
  run?: string,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const candidate = await transaction.candidate.findUniqueOrThrow({ where: { id: candidateId } });
    if (candidate.state !== 'pending' && candidate.state !== 'running') return;
    refuseOtherRun(candidate, run);
    await transaction.candidate.update({
      where: { id: candidateId },
      data: { state, failure: FailureSchema.parse(failure), finishedAt: new Date() },
    });
    const { type, message } = failure;
    await recordEvent(transaction, campaignId, `candidate-${state}`, { type, message }, candidateId);
  });
}
