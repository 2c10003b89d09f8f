import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';

/**
 * Finds the campaign of a workflow, and the candidate of a candidate's workflow.
 *
 * @throws NotFoundError
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
