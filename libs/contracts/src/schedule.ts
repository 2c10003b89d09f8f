import { z } from 'zod';

/** Ways to choose the weights that go, as the literature names them; libs/pruning has a file for each. */
export const CRITERIA = [
  'magnitude',
  'energy-aware',
  'random',
  'taylor',
  'snip',
  'optimal-brain-surgeon',
  'gradual-magnitude',
  'network-surgery',
  'movement',
  '2:4',
  'filter-l1',
  'filter-geometric-median',
  'filter-taylor',
  'network-slimming',
  'filter-energy-aware',
] as const;
export const CriterionSchema = z.enum(CRITERIA);
export type Criterion = z.infer<typeof CriterionSchema>;

/**
 * How the weights that a schedule keeps in all are spread over its layers: as its densities say; where the largest scores
 * are; by Erdős-Rényi-kernel (Evci et al. 2020); or by LAMP (Lee et al. 2021).
 */
export const ALLOCATIONS = ['layer', 'global', 'erdos-renyi-kernel', 'lamp'] as const;
export const AllocationSchema = z.enum(ALLOCATIONS);
export type Allocation = z.infer<typeof AllocationSchema>;

export const OPTIMIZERS = ['sgd', 'adam', 'adamw'] as const;
export const LEARNING_RATES = ['cosine', 'one-cycle', 'constant'] as const;

export const LayerName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'a layer name: a letter, then letters, digits, _ . -');

const density = z.number().min(0).max(1);

/** How a pruned network is trained further. What is left out is as the worker's recipe for the network has it. */
export const FineTuneSchema = z.strictObject({
  epochs: z.int().min(0).max(10_000),
  optimizer: z.enum(OPTIMIZERS).optional(),
  learningRate: z
    .strictObject({ name: z.enum(LEARNING_RATES).default('cosine'), peak: z.number().positive().max(10) })
    .optional(),
  labelSmoothing: z.number().min(0).max(0.5).optional(),
  /** Share of the dense network's answers in the loss (Hinton et al. 2015). */
  distillation: z
    .strictObject({ share: z.number().min(0).max(1), temperature: z.number().min(1).max(100).default(4) })
    .optional(),
  /** Start from the dense network's weights after so many epochs of its training (Renda et al. 2020). */
  rewindTo: z.int().min(0).optional(),
  /** End after so many epochs without a better validation accuracy. */
  patience: z.int().min(1).optional(),
});
export type FineTune = z.infer<typeof FineTuneSchema>;

/** What to do to each layer. A layer that is not named is left dense. */
export const PruningScheduleSchema = z.strictObject({
  criterion: CriterionSchema,
  /** Fraction of each layer's weights, or for a criterion of filters of its filters, that is kept. */
  density: z.record(LayerName, density),
  /** `layer` if left out. */
  allocation: AllocationSchema.optional(),
  fineTune: FineTuneSchema,
});
export type PruningSchedule = z.infer<typeof PruningScheduleSchema>;

const range = (bound: z.ZodNumber) =>
  z
    .tuple([bound, bound])
    .refine(([low, high]) => low <= high, { error: 'a range is [low, high] with low at most high' });

/** The schedules a campaign may try: each number from its range, each name from its list. */
export const ScheduleSpaceSchema = z.strictObject({
  criterion: z.array(CriterionSchema).min(1).default(['magnitude', 'energy-aware']),
  density: z
    .record(LayerName, range(density))
    .refine((layers) => Object.keys(layers).length > 0, { error: 'name at least one layer to prune' }),
  allocation: z.array(AllocationSchema).min(1).optional(),
  fineTune: z
    .strictObject({
      epochs: range(z.int().min(0).max(1000)).default([1, 1]),
      /** Images of one fine-tuning epoch, drawn anew for each; without it, the whole training split. */
      imagesPerEpoch: z.int().min(64).optional(),
      optimizer: z.array(z.enum(OPTIMIZERS)).min(1).optional(),
      learningRate: range(z.number().positive().max(10)).optional(),
      labelSmoothing: range(z.number().min(0).max(0.5)).optional(),
      /** Share of the dense network's answers in the loss. */
      distillation: range(z.number().min(0).max(1)).optional(),
      rewindTo: z.int().min(0).optional(),
      patience: z.int().min(1).optional(),
    })
    .prefault({}),
});
export type ScheduleSpace = z.infer<typeof ScheduleSpaceSchema>;
