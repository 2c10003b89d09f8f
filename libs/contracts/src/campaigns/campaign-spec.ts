import { z } from 'zod';
import { AcceleratorSchema } from '../networks/accelerator.js';
import { CostSchema } from '../candidates/cost.js';
import { whileTraining } from '../candidates/criteria.js';
import { NetworkSchema } from '../networks/network.js';
import { NotifySchema } from './notification.js';
import { PriorResultsSchema } from './prior-results.js';
import { DEVICE_CLASSES, type DeviceClass } from '../training/worker.js';
import { ScheduleSpaceSchema } from '../candidates/schedule.js';

export const STRATEGIES = [
  'auto',
  'frontier',
  'nsga2',
  'motpe',
  'sms-emoa',
  'random',
  'sobol',
  'grid',
  'eap',
  'local',
] as const;

export const CampaignName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens, at most 63 characters long');

/** Of a campaign that names no number of them. */
export const MAX_CANDIDATES = 1_000_000;
/** At most a century: the end of a campaign is a date. */
const hours = z.number().positive().max(1_000_000);

/** Limits of a campaign, any of them together: it ends with the first that is reached. */
export const BudgetSchema = z
  .strictObject({
    candidates: z.int().min(1).max(MAX_CANDIDATES).default(MAX_CANDIDATES),
    /** Hours that devices are at work, those of attempts that were lost included. */
    deviceHours: hours.optional(),
    /** Hours since the launch. */
    wallClockHours: hours.optional(),
    /** Networks that are priced. */
    energyEvaluations: z.int().min(1).optional(),
    /** Until the hypervolume has risen by less than this over the last so many results. */
    hypervolume: z
      .strictObject({ risesLessThan: z.number().positive().max(1), over: z.int().min(2).max(10_000) })
      .optional(),
  })
  .refine(({ candidates, ...others }) => candidates < MAX_CANDIDATES || Object.keys(others).length > 0, {
    error:
      'name at least one of candidates (less than a million), deviceHours, wallClockHours, energyEvaluations, hypervolume',
  });
export type Budget = z.infer<typeof BudgetSchema>;

/**
 * Candidates are compared after few epochs, and only the best go on: asynchronous successive
 * halving, by non-dominated rank (Li et al. 2020; Schmucker et al. 2021).
 */
export const RungsSchema = z.strictObject({
  /**
   * Epochs of fine-tuning after which candidates are compared, the least first; after 0 they are
   * pruned and no more.
   */
  epochs: z
    .array(z.int().min(0).max(999))
    .min(1)
    .max(8)
    .refine((epochs) => epochs.every((each, i) => i === 0 || each > epochs[i - 1]), {
      error: 'name epochs from the least to the most, each once',
    }),
  /** Share of those that were compared that goes on. */
  keep: z
    .number()
    .min(0.05)
    .max(0.9)
    .default(1 / 3),
});
export type Rungs = z.infer<typeof RungsSchema>;

/** Candidates at a time. */
const ParallelismSchema = z.int().min(1).max(500);
const PARALLELISM = 2;

/**
 * A campaign as its owner writes it: the YAML file, the API's body and the stored column are all
 * this.
 */
const CampaignSpecFields = z.strictObject({
  name: CampaignName,
  /** A network of the zoo, or one written out: what the command line makes of a model's file. */
  network: z.union([z.string().min(1).max(200), NetworkSchema]),
  /**
   * The trained weights of a network that is written out: the name under which they were uploaded.
   */
  weights: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the SHA-256 under which weights were uploaded')
    .optional(),
  data: z.string().min(1).max(200),
  accelerator: z.union([z.string().min(1).max(200), AcceleratorSchema]).default('eyeriss'),
  /** Images that the chip runs together, when a candidate is priced. */
  batch: z.int().min(1).max(4096).default(1),
  /** What it wants the most of and what it wants the least of. */
  objectives: z.tuple([z.literal('accuracy'), CostSchema]).default(['accuracy', 'energy']),
  constraints: z
    .strictObject({
      accuracy: z.strictObject({ min: z.number().min(0).max(1) }).optional(),
      /** Of a batch, in the accelerator's unit. */
      energy: z.strictObject({ max: z.number().positive() }).optional(),
      /** Of a batch, in the accelerator's cycles. */
      latency: z.strictObject({ max: z.number().positive() }).optional(),
    })
    .default({}),
  space: ScheduleSpaceSchema,
  strategy: z
    .strictObject({
      name: z.enum(STRATEGIES),
      seed: z
        .int()
        .min(0)
        .max(2 ** 31 - 1)
        .default(1),
    })
    .default({ name: 'frontier', seed: 1 }),
  budget: BudgetSchema,
  /** Without it, every candidate is trained to its end. */
  rungs: RungsSchema.optional(),
  /**
   * Campaigns of the same network and data whose results this one begins with: its strategy is told
   * of them, its budget is not used.
   */
  warmStart: z.array(CampaignName).min(1).max(20).optional(),
  /** Candidates at a time, on any device or by its class. */
  parallelism: z
    .union([ParallelismSchema, z.partialRecord(z.enum(DEVICE_CLASSES), ParallelismSchema)])
    .default(PARALLELISM),
  /**
   * Trains on devices of this class alone, and waits for one; without it, on GPUs where there are
   * any.
   */
  deviceClass: z.enum(DEVICE_CLASSES).optional(),
  /**
   * Where devices are short: its work goes before that of campaigns of a larger number. 3 if left
   * out.
   */
  priority: z.int().min(1).max(5).optional(),
  /**
   * Among campaigns of one priority that wait for devices, its part of them in proportion to the
   * others'. 1 if left out.
   */
  share: z.number().min(0.01).max(100).optional(),
  /** Sends word of what happens to an address. */
  notify: NotifySchema.optional(),
  /**
   * Use only the first images of the training split, and of the others in proportion: for trials
   * and tests.
   */
  subset: z.strictObject({ trainingImages: z.int().min(256) }).optional(),
});
export const CampaignSpecSchema = CampaignSpecFields.superRefine(({ rungs, space }, context) => {
  if (!rungs) return;
  const refuse = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: ['rungs', ...(field ? [field] : [])], message });
  const [first] = rungs.epochs;
  const [, most] = space.fineTune.epochs;
  if (first >= most)
    refuse('epochs', `no candidate is trained for more than ${most} epochs; name less, or leave rungs out`);
  if (space.loop) refuse('', 'a loop has accuracies of its own to go by; leave out either rungs or space.loop');
  const inTraining = whileTraining(space.criterion);
  if (inTraining !== undefined) {
    refuse('', `${inTraining} has pruned when its training ends, and not before; leave out either`);
  }
});

/**
 * The body of a launch: prior results are observed by the strategy, and are no part of the spec.
 */
export const LaunchRequestSchema = CampaignSpecSchema.safeExtend({ priorResults: PriorResultsSchema.optional() });
export type LaunchRequest = z.infer<typeof LaunchRequestSchema>;
export type CampaignSpec = z.infer<typeof CampaignSpecSchema>;

/** Candidates at a time on a class of device. */
export function parallelismOn({ parallelism }: Pick<CampaignSpec, 'parallelism'>, deviceClass: DeviceClass): number {
  return typeof parallelism === 'number' ? parallelism : (parallelism[deviceClass] ?? PARALLELISM);
}
export type CampaignSpecInput = z.input<typeof CampaignSpecSchema>;
