import { CampaignSpecSchema, type Notice } from '@espalier/contracts';
import type { Prisma } from './generated/client.js';

/** Which notices an event is of, the more urgent first. */
function noticesOf({ kind, detail }: { kind: string; detail: Prisma.InputJsonObject }): Notice[] {
  if (kind === 'campaign-failed') return ['failure', 'finish'];
  if (kind === 'campaign-completed' || kind === 'campaign-cancelled') return ['finish'];
  if (kind === 'candidate-failed') return ['failure'];
  return detail.onFront === true ? ['front-member'] : [];
}

/** Notes, in the transaction that logs an event, that word is to be sent of it, if its campaign wants that. */
export async function noteToSend(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  event: { id: bigint; kind: string; detail: Prisma.InputJsonObject },
): Promise<void> {
  const notices = noticesOf(event);
  if (notices.length === 0) return;
  const { spec } = await transaction.campaign.findUniqueOrThrow({ where: { id: campaignId }, select: { spec: true } });
  const wanted = CampaignSpecSchema.parse(spec).notify?.on ?? [];
  const notice = notices.find((each) => wanted.includes(each));
  if (notice) await transaction.notification.create({ data: { eventId: event.id, notice } });
}
