import { z } from 'zod';

/**
 * How long an attempt at a job kept a device busy, which is counted once however often it is said.
 */
export const DeviceUseSchema = z.strictObject({
  /** The workflow that the job is for: a campaign's or a candidate's. */
  workflowId: z.string().min(1).max(200),
  worker: z.string().max(200),
  /** Of the device: half as long as it took, where two jobs share it. */
  seconds: z.number().min(0),
});
export type DeviceUse = z.infer<typeof DeviceUseSchema>;
/** Which attempt: its workflow run, its activity and its number. */
export const AttemptName = z.string().regex(/^[\w.-]{1,200}$/, 'the name of an attempt');
