import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';

/**
 * The campaign that a workflow is for, and the candidate if it is a candidate's.
 *
 * @throws NotFoundError when there is none
 */
export async function findCampaignOfWorkflow(
  database: Database,
  workflowId: string,
): Promise<{ campaignId: string; candidateId: string | null }> {
  const [, kind, id] = /^(campaign|candidate|reevaluation)-([0-9a-f-]{36})$/.exec(workflowId) ?? [];
  const isCandidate = kind === 'candidate';
  const campaignId = isCandidate ? (await database.candidate.findUnique({ where: { id } }))?.campaignId : id;
  if (campaignId === undefined || !(await database.campaign.findUnique({ where: { id: campaignId } }))) {
    throw new NotFoundError('campaign', workflowId);
  }
  return { campaignId, candidateId: isCandidate ? id : null };
}
