import { z } from 'zod';
import { BudgetSchema, CampaignSpecSchema } from './campaign-spec.js';
import { CandidateSchema } from '../candidates/candidate.js';

/** Says what would happen, and changes nothing. */
const dryRun = z.boolean().default(false);

/** Budgets in all, not what is added: said twice, they change nothing the second time. */
export const ExtendRequestSchema = z
  .strictObject({
    ...BudgetSchema.shape,
    candidates: BudgetSchema.shape.candidates.unwrap().optional(),
    dryRun,
  })
  .refine((request) => Object.keys(request).some((key) => key !== 'dryRun'), { error: 'name a budget to extend' });
export type ExtendRequest = z.infer<typeof ExtendRequestSchema>;

export const ExtensionSchema = z.strictObject({
  campaign: z.string(),
  budgetBefore: BudgetSchema,
  budget: BudgetSchema,
  dryRun: z.boolean(),
});
export type Extension = z.infer<typeof ExtensionSchema>;

/**
 * Which candidates without a result are tried again: those that failed, or of one type of error, or
 * these.
 */
export const RetryRequestSchema = z.strictObject({
  errorType: z.string().min(1).max(200).optional(),
  candidates: z.array(z.uuid()).min(1).max(1000).optional(),
  dryRun,
});
export type RetryRequest = z.infer<typeof RetryRequestSchema>;

export const RetrySchema = z.strictObject({
  campaign: z.string(),
  retried: z.array(CandidateSchema.pick({ id: true, number: true, state: true, failure: true })),
  dryRun: z.boolean(),
});
export type Retry = z.infer<typeof RetrySchema>;

/**
 * Another chip, or another number of images that it runs together; where one is left out, the
 * campaign's own.
 */
export const RepriceRequestSchema = z.strictObject({
  accelerator: CampaignSpecSchema.shape.accelerator.unwrap().optional(),
  batch: CampaignSpecSchema.shape.batch.unwrap().optional(),
});
export type RepriceRequest = z.infer<typeof RepriceRequestSchema>;

/** With `now` the candidates that run stop where they are; without it they finish. */
export const PauseRequestSchema = z.strictObject({ now: z.boolean().default(false) }).default({ now: false });
export type PauseRequest = z.infer<typeof PauseRequestSchema>;

export const DeleteRequestSchema = z.strictObject({ dryRun });
export type DeleteRequest = z.infer<typeof DeleteRequestSchema>;

/** What goes, or would go, with a campaign: files are those that nothing else refers to. */
export const DeletionSchema = z.strictObject({
  campaign: z.string(),
  candidates: z.int(),
  files: z.int(),
  bytes: z.int(),
  /**
   * Files of trainings, of this campaign and of others, to which no result, checkpoint or campaign
   * refers.
   */
  unreferencedArtifacts: z.strictObject({ files: z.int(), bytes: z.int() }),
  /** @deprecated called `unreferencedArtifacts`. */
  leftovers: z.strictObject({ files: z.int(), bytes: z.int() }).optional(),
  dryRun: z.boolean(),
});
export type Deletion = z.infer<typeof DeletionSchema>;
