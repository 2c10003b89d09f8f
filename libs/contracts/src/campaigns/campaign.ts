import { z } from 'zod';
import { CampaignSpecSchema } from './campaign-spec.js';
import { CandidateSchema, FailureSchema } from '../candidates/candidate.js';
import { CostSchema } from '../candidates/cost.js';
import { NetworkEnergySchema } from '../networks/network-energy.js';
import { SparsityProfileSchema } from '../candidates/sparsity-profile.js';

export const CAMPAIGN_STATES = ['pending', 'running', 'paused', 'completed', 'cancelled', 'failed'] as const;
export const CampaignStateSchema = z.enum(CAMPAIGN_STATES);
export type CampaignState = z.infer<typeof CampaignStateSchema>;
export const FINAL_CAMPAIGN_STATES: readonly CampaignState[] = ['completed', 'cancelled', 'failed'];

export const CampaignSchema = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  state: CampaignStateSchema,
  spec: CampaignSpecSchema,
  /** The unpruned network; null until it has been trained and measured. */
  dense: z
    .strictObject({
      validationAccuracy: z.number(),
      testAccuracy: z.number(),
      energy: NetworkEnergySchema,
      /** Cycles of a batch. */
      latency: z.number().nullable(),
      weights: z.int(),
      artifact: z.string(),
      profile: SparsityProfileSchema,
    })
    .nullable(),
  counts: z.strictObject({
    pending: z.int(),
    /** @deprecated called `pending`. */
    asked: z.int().optional(),
    running: z.int(),
    completed: z.int(),
    stopped: z.int(),
    diverged: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    /**
     * Results of other campaigns that it began with: in none of the others, and no use of its
     * budget.
     */
    imported: z.int(),
  }),
  hypervolume: z.number().nullable(),
  failure: FailureSchema.nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** When its owner put it away. */
  archivedAt: z.iso.datetime().nullable(),
});
export type Campaign = z.infer<typeof CampaignSchema>;
export const CampaignListSchema = z.strictObject({ items: z.array(CampaignSchema) });

/**
 * The non-dominated candidates of a campaign under its constraints, from the least cost to the
 * most.
 */
export const FrontSchema = z.strictObject({
  campaign: z.string(),
  /** What it weighs accuracy against. */
  cost: CostSchema,
  /**
   * Area between the front and (accuracy 0, the dense network's cost), as a fraction of the whole.
   */
  hypervolume: z.number(),
  dense: CampaignSchema.shape.dense,
  points: z.array(
    CandidateSchema.pick({
      id: true,
      number: true,
      schedule: true,
      validationAccuracy: true,
      testAccuracy: true,
      energy: true,
      latency: true,
      weightsLeft: true,
    }),
  ),
});
export type Front = z.infer<typeof FrontSchema>;
