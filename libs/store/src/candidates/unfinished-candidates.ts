import { type ProposedCandidate } from '@espalier/contracts';
import { campaignSpec } from '../campaigns/campaign-spec.js';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';
import { describeProposedCandidate } from './describe-proposed-candidate.js';

export const UNFINISHED = ['pending', 'running'] as const;

/** Pending and running candidates, in order, without those named. */
export async function unfinishedCandidates(
  database: Database,
  campaignId: string,
  otherThan: readonly string[] = [],
): Promise<ProposedCandidate[]> {
  const rows = await database.candidate.findMany({
    where: { campaignId, state: { in: [...UNFINISHED] }, id: { notIn: [...otherThan] } },
    include: { artifact: true },
    orderBy: { number: 'asc' },
  });
  if (rows.length === 0) return [];
  const spec = await campaignSpec(database, campaignId);
  return rows.map((row) => describeProposedCandidate(spec, row));
}

/**
 * How to make a candidate's model again, from the dense network to its present rung.
 *
 * @throws NotFoundError when the candidate has been deleted
 */
export async function candidateRecipe(
  database: Database,
  campaignId: string,
  candidateId: string,
): Promise<ProposedCandidate> {
  const row = await database.candidate.findUnique({ where: { id: candidateId } });
  if (!row) throw new NotFoundError('candidate', candidateId);
  return describeProposedCandidate(await campaignSpec(database, campaignId), { ...row, artifact: null });
}
