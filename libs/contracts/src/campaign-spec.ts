import { z } from 'zod';
import { AcceleratorSchema } from './accelerator.js';
import { NetworkSchema } from './network.js';
import { ScheduleSpaceSchema } from './schedule.js';

export const STRATEGIES = ['random', 'nsga2'] as const;

export const CampaignName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens, at most 63 characters long');

const MOST_CANDIDATES = 1_000_000;

/** Limits of a campaign, any of them together: it ends with the first that is reached. */
export const BudgetSchema = z
  .strictObject({
    candidates: z.int().min(1).max(MOST_CANDIDATES).default(MOST_CANDIDATES),
    /** Hours that devices are at work, those of attempts that were lost included. */
    deviceHours: z.number().positive().optional(),
    /** Hours since the launch. */
    wallClockHours: z.number().positive().optional(),
    /** Networks that are priced. */
    energyEvaluations: z.int().min(1).optional(),
    /** Until the hypervolume has risen by less than this over the last so many results. */
    hypervolume: z
      .strictObject({ risesLessThan: z.number().positive().max(1), over: z.int().min(2).max(10_000) })
      .optional(),
  })
  .refine(({ candidates, ...others }) => candidates < MOST_CANDIDATES || Object.keys(others).length > 0, {
    error:
      'name at least one of candidates (less than a million), deviceHours, wallClockHours, energyEvaluations, hypervolume',
  });
export type Budget = z.infer<typeof BudgetSchema>;

/** A campaign as its owner writes it: the YAML file, the API's body and the stored column are all this. */
export const CampaignSpecSchema = z.strictObject({
  name: CampaignName,
  /** A network of the zoo, or one written out: what the command line makes of a model's file. */
  network: z.union([z.string().min(1).max(200), NetworkSchema]),
  /** The trained weights of a network that is written out: the name under which they were uploaded. */
  weights: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the SHA-256 under which weights were uploaded')
    .optional(),
  data: z.string().min(1).max(200),
  accelerator: z.union([z.string().min(1).max(200), AcceleratorSchema]).default('eyeriss'),
  /** Images that the chip runs together, when a candidate is priced. */
  batch: z.int().min(1).max(4096).default(1),
  objectives: z.tuple([z.literal('accuracy'), z.literal('energy')]).default(['accuracy', 'energy']),
  constraints: z.strictObject({ accuracy: z.strictObject({ min: z.number().min(0).max(1) }).optional() }).default({}),
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
    .default({ name: 'nsga2', seed: 1 }),
  budget: BudgetSchema,
  /** Campaigns of the same network and data whose results this one begins with: its strategy is told of them, its budget is not used. */
  warmStart: z.array(CampaignName).min(1).max(20).optional(),
  parallelism: z.int().min(1).max(500).default(2),
  /** Use only the first images of the training split, and of the others in proportion: for trials and tests. */
  subset: z.strictObject({ trainingImages: z.int().min(256) }).optional(),
});
export type CampaignSpec = z.infer<typeof CampaignSpecSchema>;
export type CampaignSpecInput = z.input<typeof CampaignSpecSchema>;
