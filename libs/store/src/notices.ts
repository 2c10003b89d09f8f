import { CampaignSpecSchema, type Notice } from '@espalier/contracts';
import type { Prisma } from './generated/client.js';

interface Logged {
  readonly id: bigint;
  readonly kind: string;
  readonly detail: Prisma.JsonValue;
}

/** Which notices an event is of, the more urgent first. */
function noticesOf({ kind, detail }: Logged): Notice[] {
  if (kind === 'campaign-failed') return ['failure', 'finish'];
  if (kind === 'campaign-completed' || kind === 'campaign-cancelled') return ['finish'];
  if (kind === 'candidate-failed') return ['failure'];
  return (detail as Prisma.JsonObject).onFront === true ? ['front-member'] : [];
}

/** Notes, in the transaction that logs events, that word is to be sent of them, if their campaign wants that. */
export async function noteToSend(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  events: readonly Logged[],
): Promise<void> {
  const notable = events.filter((event) => noticesOf(event).length > 0);
  if (notable.length === 0) return;
  const { spec } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId }, select: { spec: true } });
  const wanted = CampaignSpecSchema.parse(spec).notify?.on ?? [];
  const notifications = notable.flatMap((event) => {
    const notice = noticesOf(event).find((each) => wanted.includes(each));
    return notice ? [{ eventId: event.id, notice }] : [];
  });
  if (notifications.length > 0) await transaction.notification.createMany({ data: notifications });
}
