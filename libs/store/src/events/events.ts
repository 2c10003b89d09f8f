import type { CampaignEvent } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import type { Prisma } from '../generated/client.js';
import { enqueueNotifications } from './enqueue-notifications.js';

interface NewEvent {
  readonly campaignId: string;
  readonly kind: string;
  readonly detail: Prisma.InputJsonObject;
  readonly candidateId: string | null;
}

/**
 * Records events and enqueues their notifications. Call it inside the transaction that makes the
 * change.
 */
export async function recordEvents(transaction: Prisma.TransactionClient, events: readonly NewEvent[]): Promise<void> {
  const logged = await transaction.event.createManyAndReturn({
    data: [...events],
    select: { id: true, campaignId: true, kind: true, detail: true },
  });
  await enqueueNotifications(transaction, logged);
}

export function recordEvent(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  kind: string,
  detail: Prisma.InputJsonObject,
  candidateId: string | null = null,
): Promise<void> {
  return recordEvents(transaction, [{ campaignId, kind, detail, candidateId }]);
}

/** Lists the newest events of a campaign, or those of one kind, the newest first. */
export async function listEvents(
  database: Database,
  campaignId: string,
  limit: number,
  kind?: string,
): Promise<CampaignEvent[]> {
  const where = { campaignId, ...(kind !== undefined && { kind }) };
  const rows = await database.event.findMany({ where, orderBy: { id: 'desc' }, take: limit });
  return rows.map(describeEvent);
}

export function describeEvent({ id, at, kind, candidateId, detail }: Prisma.EventGetPayload<object>): CampaignEvent {
  return {
    id: String(id),
    at: at.toISOString(),
    kind,
    candidate: candidateId,
    detail: detail as CampaignEvent['detail'],
  };
}
