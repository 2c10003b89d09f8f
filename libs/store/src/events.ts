import type { CampaignEvent } from '@espalier/contracts';
import type { Database } from './database.js';
import type { Prisma } from './generated/client.js';

/** Adds to a campaign's log, in the transaction that does what is logged. */
export async function recordEvent(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  kind: string,
  detail: Prisma.InputJsonObject,
  candidateId: string | null = null,
): Promise<void> {
  await transaction.event.create({ data: { campaignId, candidateId, kind, detail } });
}

/** The newest events of a campaign, newest first. */
export async function listEvents(database: Database, campaignId: string, limit: number): Promise<CampaignEvent[]> {
  const rows = await database.event.findMany({ where: { campaignId }, orderBy: { id: 'desc' }, take: limit });
  return rows.map(({ id, at, kind, candidateId, detail }) => ({
    id: String(id),
    at: at.toISOString(),
    kind,
    candidate: candidateId,
    detail: detail as CampaignEvent['detail'],
  }));
}
