import { z } from 'zod';

/** What an attempt at a job failed of, which is logged once however often it is said. */
export const AttemptErrorSchema = z.strictObject({
  /** The workflow that the job is for: a campaign's or a candidate's. */
  workflowId: z.string().min(1).max(200),
  worker: z.string().max(200),
  /** The workflow run and the activity: what all attempts at one job share. */
  job: z.string().regex(/^[\w.-]{1,180}$/, 'the name of a job'),
  /** From 1. */
  attempt: z.int().min(1),
  type: z.string().min(1).max(200),
  message: z.string().max(4000),
  /** How far the job came. An error after progress repeats none. */
  progress: z.string().max(200),
});
export type AttemptError = z.infer<typeof AttemptErrorSchema>;

/**
 * How often the job has failed of the same error in a row, without progress in between; this time
 * included.
 */
export const AttemptErrorAnswerSchema = z.strictObject({ inARow: z.int().min(1) });
export type AttemptErrorAnswer = z.infer<typeof AttemptErrorAnswerSchema>;

/** An error that has come so often in a row comes again: the job has failed. */
export const EQUAL_ERRORS_ALLOWED = 3;
