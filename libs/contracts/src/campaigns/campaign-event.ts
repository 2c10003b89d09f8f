import { z } from 'zod';

/** An entry of a campaign's log. */
export const EventSchema = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.string(),
  candidate: z.string().nullable(),
  detail: z.record(z.string(), z.json()),
});
export type CampaignEvent = z.infer<typeof EventSchema>;
export const EventListSchema = z.strictObject({ items: z.array(EventSchema) });
