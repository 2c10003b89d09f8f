import { CampaignSpecSchema, type Notice, type Notification } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { describeEvent, recordEvent } from './events.js';

/** A notification that is due. */
export interface DueNotification {
  readonly eventId: bigint;
  readonly url: string;
  readonly body: Notification;
  /** Attempts to send it, this one included. */
  readonly tries: number;
}

/** Longer than one attempt takes, so that no other process sends it at the same time. */
const FIRST_WAIT_SECONDS = 15;

const LONGEST_WAIT_SECONDS = 600;

const GIVEN_UP_AFTER_HOURS = 24;

/**
 * Claims due notifications, the oldest first, each by one process. A notification that is not
 * deleted as sent is due again after a wait that doubles. After a day it is dropped, with an event.
 */
export async function claimDueNotifications(database: Database, atMost: number): Promise<DueNotification[]> {
  return database.$transaction(async (transaction) => {
    const taken = await transaction.$queryRaw<{ event_id: bigint }[]>`
      UPDATE notifications
         SET tries = tries + 1,
             next_try_at = now() + least(${LONGEST_WAIT_SECONDS}, ${FIRST_WAIT_SECONDS} * 2 ^ least(tries, 10)) * interval '1 second'
       WHERE event_id IN (SELECT event_id FROM notifications WHERE next_try_at <= now()
                           ORDER BY event_id LIMIT ${atMost} FOR UPDATE SKIP LOCKED)
      RETURNING event_id`;
    const rows = await transaction.notification.findMany({
      where: { eventId: { in: taken.map(({ event_id }) => event_id) } },
      include: { event: { include: { campaign: { select: { name: true, spec: true } } } } },
      orderBy: { eventId: 'asc' },
    });
    const due: DueNotification[] = [];
    for (const { eventId, notice, tries, event } of rows) {
      const url = CampaignSpecSchema.parse(event.campaign.spec).notify?.url;
      const isOld = Date.now() - event.at.getTime() > GIVEN_UP_AFTER_HOURS * 3_600_000;
      if (url === undefined || (isOld && tries > 1)) {
        await transaction.notification.delete({ where: { eventId } });
        await recordEvent(transaction, event.campaignId, 'notification-lost', { event: String(eventId), tries });
      } else {
        const body = { notice: notice as Notice, campaign: event.campaign.name, event: describeEvent(event) };
        due.push({ eventId, url, body, tries });
      }
    }
    return due;
  });
}

/** Deletes a notification that was sent. */
export async function deleteSentNotification(database: Database, eventId: bigint): Promise<void> {
  await database.notification.deleteMany({ where: { eventId } });
}
