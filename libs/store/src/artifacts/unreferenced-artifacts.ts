import { CampaignSpecSchema, FINAL_CAMPAIGN_STATES } from '@espalier/contracts';
import type { Database } from '../database/client.js';

/** Between the writing of a file and its name in the store, or its launch, there is less. */
const MARGIN_MS = 3_600_000;

/**
 * Until when files were written that are needed only if the store names them: before the first
 * campaign was created that is not over, since what its candidates have on the way has no name.
 */
export async function unreferencedArtifactCutoff(database: Database): Promise<Date> {
  const oldest = await database.campaign.findFirst({
    where: {
      OR: [
        { state: { notIn: [...FINAL_CAMPAIGN_STATES] } },
        { candidates: { some: { replicates: { some: { finishedAt: null } } } } },
      ],
    },
    orderBy: { createdAt: 'asc' },
    select: { createdAt: true },
  });
  return new Date(Math.min(Date.now(), oldest?.createdAt.getTime() ?? Infinity) - MARGIN_MS);
}

/**
 * Those of some files that nothing names: no result, checkpoint or dense network, and no campaign
 * as its weights.
 */
export async function findUnreferencedArtifacts(database: Database, hashes: readonly string[]): Promise<Set<string>> {
  const unnamed = new Set(hashes);
  // As one array: a list of parameters ends at some thirty thousand.
  const named = await database.$queryRaw<
    { hash: string }[]
  >`SELECT hash FROM artifacts WHERE hash = ANY(${[...hashes]})`;
  for (const { hash } of named) unnamed.delete(hash);
  for (const { spec } of await database.campaign.findMany({ select: { spec: true } })) {
    const { weights } = CampaignSpecSchema.parse(spec);
    if (weights !== undefined) unnamed.delete(weights);
  }
  return unnamed;
}
