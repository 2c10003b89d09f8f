import type { Database } from '../database/client.js';
import { lockCampaign } from '../database/lock-campaigns.js';
import { UNFINISHED } from './unfinished-candidates.js';

/**
 * Appends finished candidates to the observation log, each once.
 *
 * @returns those of `candidateIds` that are finished
 */
export async function tellCandidates(
  database: Database,
  campaignId: string,
  candidateIds: readonly string[],
): Promise<string[]> {
  return database.$transaction(async (transaction) => {
    await lockCampaign(transaction, campaignId);
    const settled = await transaction.candidate.findMany({
      where: { campaignId, id: { in: [...candidateIds] }, state: { notIn: [...UNFINISHED] } },
      orderBy: [{ finishedAt: 'asc' }, { number: 'asc' }],
      select: { id: true, observationOrder: true },
    });
    const { _max } = await transaction.candidate.aggregate({ where: { campaignId }, _max: { observationOrder: true } });
    const told = settled.filter(({ observationOrder }) => observationOrder === null).map(({ id }) => id);
    await transaction.$executeRaw`
      UPDATE candidates SET observation_order = ${_max.observationOrder ?? -1} + told.place
      FROM unnest(${told}::uuid[]) WITH ORDINALITY AS told (id, place) WHERE candidates.id = told.id`;
    return settled.map(({ id }) => id);
  });
}
