import { z } from 'zod';
import { CandidateSchema } from '../candidates/candidate.js';

/**
 * Has the members of a front pruned and trained again, each with so many seeds that are not its
 * own.
 */
export const ReevaluateRequestSchema = z.strictObject({
  seeds: z.int().min(1).max(50),
  /** Says what would happen, and changes nothing. */
  dryRun: z.boolean().default(false),
});
export type ReevaluateRequest = z.infer<typeof ReevaluateRequestSchema>;

/** What one quantity came to over several seeds; without a spread where there is only one. */
export const ConfidenceIntervalSchema = z.strictObject({
  mean: z.number(),
  /** Of the sample: with n − 1. */
  standardDeviation: z.number().nullable(),
  /** In which the mean over all seeds lies with 95 % confidence, by Student's t. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
});
export type ConfidenceInterval = z.infer<typeof ConfidenceIntervalSchema>;

export const ReevaluationSchema = z.strictObject({
  campaign: z.string(),
  /** Trainings that have ended, those that failed included, and those that are still to be done. */
  done: z.int(),
  failed: z.int(),
  pending: z.int(),
  /** @deprecated called `pending`. */
  toDo: z.int().optional(),
  dryRun: z.boolean(),
  /**
   * From the least cost to the most. The search chose each for its accuracy: only the other seeds'
   * are no choice of it.
   */
  members: z.array(
    z.strictObject({
      ...CandidateSchema.pick({
        id: true,
        number: true,
        validationAccuracy: true,
        testAccuracy: true,
        energy: true,
        latency: true,
      }).shape,
      seeds: z.int(),
      again: z
        .strictObject({
          validationAccuracy: ConfidenceIntervalSchema,
          testAccuracy: ConfidenceIntervalSchema,
          energy: ConfidenceIntervalSchema,
          /** Null for trainings from before it was kept. */
          latency: ConfidenceIntervalSchema.nullable(),
        })
        .nullable(),
    }),
  ),
});
export type Reevaluation = z.infer<typeof ReevaluationSchema>;
