import { CampaignSpecSchema, type Notice } from '@espalier/contracts';
import type { Prisma } from '../generated/client.js';

interface Logged {
  readonly id: bigint;
  readonly campaignId: string;
  readonly kind: string;
  readonly detail: Prisma.JsonValue;
}

/** Kinds of notification for an event, the more urgent first. */
function noticesOf({ kind, detail }: Logged): Notice[] {
  if (kind === 'campaign-failed') return ['failure', 'finish'];
  if (kind === 'campaign-completed' || kind === 'campaign-cancelled') return ['finish'];
  if (kind === 'candidate-failed' || kind === 'candidate-untested') return ['failure'];
  return (detail as Prisma.JsonObject).onFront === true ? ['front-member'] : [];
}

/**
 * Enqueues a notification for each event that its campaign subscribes to. Call it inside the
 * transaction that writes the events.
 */
export async function enqueueNotifications(
  transaction: Prisma.TransactionClient,
  events: readonly Logged[],
): Promise<void> {
  const notable = events.filter((event) => noticesOf(event).length > 0);
  if (notable.length === 0) return;
  const campaigns = await transaction.campaign.findMany({
    where: { id: { in: notable.map(({ campaignId }) => campaignId) } },
    select: { id: true, spec: true },
  });
  const wanted = new Map(campaigns.map(({ id, spec }) => [id, CampaignSpecSchema.parse(spec).notify?.on]));
  const notifications = notable.flatMap((event) => {
    const notice = noticesOf(event).find((each) => wanted.get(event.campaignId)?.includes(each));
    return notice ? [{ eventId: event.id, notice }] : [];
  });
  if (notifications.length > 0) await transaction.notification.createMany({ data: notifications });
}
