import { CampaignSpecSchema, FINAL_CAMPAIGN_STATES } from '@espalier/contracts';
import type { Database } from '../database/client.js';

/** More than the time from writing a file to the row that refers to it. */
const MARGIN_MS = 3_600_000;

/**
 * Artifacts older than this are needed only when the store refers to them: running trainings of
 * unfinished campaigns have younger ones.
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

/** Finds artifacts to which no result, checkpoint, dense network or campaign refers. */
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
