import { z } from 'zod';
import { COSTS } from './cost.js';
import { NetworkEnergySchema } from '../networks/network-energy.js';
import { PruningScheduleSchema } from './schedule.js';
import { SparsityProfileSchema } from './sparsity-profile.js';

/** `stopped`: it has the result of a rung, from which others went on and it did not. */
export const CANDIDATE_STATES = [
  'pending',
  'running',
  'completed',
  'stopped',
  'diverged',
  'failed',
  'cancelled',
] as const;
export const CandidateStateSchema = z.enum(CANDIDATE_STATES);
export type CandidateState = z.infer<typeof CandidateStateSchema>;
/**
 * Ends without a result. A training that diverged is the schedule's doing, not a fault of the
 * system.
 */
export type CandidateStateWithoutResult = Extract<CandidateState, 'diverged' | 'failed' | 'cancelled'>;

/**
 * Where a schedule came from: drawn at random, bred from earlier candidates, proposed by a model of
 * all of them, or another campaign's, with its result.
 */
export const LineageSchema = z.strictObject({
  origin: z.enum(['random', 'offspring', 'proposed', 'imported']),
  parents: z.array(z.int().min(0)),
});
export type Lineage = z.infer<typeof LineageSchema>;

export const SPLITS = ['validation', 'test'] as const;
export const SplitSchema = z.enum(SPLITS);
export type Split = z.infer<typeof SplitSchema>;

/** What went wrong, in words for a person. */
export const FailureSchema = z.strictObject({
  type: z.string(),
  message: z.string(),
  /** Of a training that diverged: the losses of its last steps, the oldest first. */
  curve: z.array(z.number()).optional(),
});
export type Failure = z.infer<typeof FailureSchema>;

export const CandidateSchema = z.strictObject({
  id: z.uuid(),
  campaign: z.string(),
  number: z.int().min(0),
  state: CandidateStateSchema,
  schedule: PruningScheduleSchema,
  lineage: LineageSchema,
  validationAccuracy: z.number().nullable(),
  testAccuracy: z.number().nullable(),
  energy: z.number().nullable(),
  /** Cycles of a batch. */
  latency: z.number().nullable(),
  weightsLeft: z.number().nullable(),
  onFront: z.boolean(),
  /** In a campaign with rungs, the one that it is in, from 0: counts how often it went on. */
  rung: z.int().min(0).nullable(),
  failure: FailureSchema.nullable(),
  artifact: z.string().nullable(),
  /** The candidate whose result it was given, since that had done the same work before. */
  reusedFrom: z.uuid().nullable(),
  /** @deprecated called `reusedFrom`. */
  answeredBy: z.uuid().nullable().optional(),
  proposedAt: z.iso.datetime(),
  /** @deprecated called `proposedAt`. */
  askedAt: z.iso.datetime().optional(),
  finishedAt: z.iso.datetime().nullable(),
});
export type Candidate = z.infer<typeof CandidateSchema>;

export const CandidateDetailSchema = CandidateSchema.extend({
  profile: SparsityProfileSchema.nullable(),
  energyReport: NetworkEnergySchema.nullable(),
});
export type CandidateDetail = z.infer<typeof CandidateDetailSchema>;

export const CandidatePageSchema = z.strictObject({
  items: z.array(CandidateSchema),
  /** Give this back as `after` for the next page; null on the last. */
  next: z.string().nullable(),
});
export type CandidatePage = z.infer<typeof CandidatePageSchema>;

/** The state `pending` was called `asked` in the version before. */
const currentState = (state: unknown): unknown => (state === 'asked' ? 'pending' : state);

export const CandidateQuerySchema = z.strictObject({
  state: z.preprocess(currentState, CandidateStateSchema.optional()),
  sort: z.enum(['number', 'accuracy', ...COSTS]).default('number'),
  order: z.enum(['asc', 'desc']).default('asc'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(200).optional(),
});
export type CandidateQuery = z.infer<typeof CandidateQuerySchema>;
