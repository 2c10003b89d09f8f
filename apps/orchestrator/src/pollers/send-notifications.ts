import { deleteSentNotification, claimDueNotifications, type Database, type DueNotification } from '@espalier/store';
import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';

const AT_ONCE = 20;
const PATIENCE_MS = 10_000;

/**
 * Sends due notifications as standardwebhooks.com describes: at least once, each with its event's
 * id, by which a receiver recognises a repetition. An answer other than 2xx is retried.
 */
export async function sendNotifications(database: Database, log: Logger, secret?: string): Promise<void> {
  await Promise.all(
    (await claimDueNotifications(database, AT_ONCE)).map(async (due) => {
      const { eventId, url, body, tries } = due;
      const failure = await send(due, secret);
      if (failure === undefined) return deleteSentNotification(database, eventId);
      log.warn(
        { campaign: body.campaign, url, tries, failure },
        'a notification was not taken; it is sent again later',
      );
    }),
  );
}

/** @returns what went wrong */
async function send({ eventId, url, body }: DueNotification, secret: string | undefined): Promise<string | undefined> {
  const id = `event-${eventId}`;
  const now = new Date();
  const payload = JSON.stringify(body);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        ...(secret !== undefined && { 'webhook-signature': new Webhook(secret).sign(id, now, payload) }),
      },
      body: payload,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `answered ${response.status}`;
  } catch (error) {
    // The cause of a failed fetch says why.
    const why = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return why instanceof Error ? why.message : String(why);
  }
}
