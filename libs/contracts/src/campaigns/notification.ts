import { z } from 'zod';
import { EventSchema } from './campaign-event.js';

/** Kinds of notification: a new front member, a failed candidate or campaign, a campaign's end. */
export const NOTICES = ['front-member', 'failure', 'finish'] as const;
export type Notice = (typeof NOTICES)[number];

/** Where a campaign sends word. */
export const NotifySchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'an http or https address' }).max(2000),
  on: z
    .array(z.enum(NOTICES))
    .min(1)
    .default([...NOTICES]),
});

/** The body that is sent to the address: what happened, as the campaign's log has it. */
export const NotificationSchema = z.strictObject({
  notice: z.enum(NOTICES),
  campaign: z.string(),
  event: EventSchema,
});
export type Notification = z.infer<typeof NotificationSchema>;
