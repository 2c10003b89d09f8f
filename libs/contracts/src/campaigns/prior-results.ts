import { z } from 'zod';
import { PruningScheduleSchema } from '../candidates/schedule.js';

/**
 * What somebody knows of a schedule from elsewhere: on the campaign's own network, data and chip.
 */
export const PriorResultSchema = z.strictObject({
  schedule: PruningScheduleSchema,
  /** Of the validation split. */
  accuracy: z.number().min(0).max(1),
  /** Of a batch, in the unit of the campaign's chip. */
  energy: z.number().positive(),
  /** Of a batch, in the chip's cycles; needed where the campaign wants the least of it. */
  latency: z.number().positive().optional(),
});
export type PriorResult = z.infer<typeof PriorResultSchema>;

export const PriorResultsSchema = z.array(PriorResultSchema).min(1).max(2000);
