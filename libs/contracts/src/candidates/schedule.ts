import { z } from 'zod';
import { CRITERIA, FILTER_CRITERIA, whileTraining } from './criteria.js';

export const CriterionSchema = z.enum(CRITERIA);
export type Criterion = z.infer<typeof CriterionSchema>;

/**
 * How the weights that a schedule keeps in all are spread over its layers: as its densities say;
 * where the largest scores are; by Erdős-Rényi-kernel (Evci et al. 2020); or by LAMP (Lee et al.
 * 2021).
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

/**
 * How a pruned network is trained further. What is left out is as the worker's recipe for the
 * network has it.
 */
export const FineTuneSchema = z.strictObject({
  epochs: z.int().min(0).max(10_000),
  optimizer: z.enum(OPTIMIZERS).optional(),
  learningRate: z
    .strictObject({ name: z.enum(LEARNING_RATES).default('cosine'), peak: z.number().positive().max(10) })
    .optional(),
  labelSmoothing: z.number().min(0).max(0.5).optional(),
  /**
   * Draws batch normalisations' scales to 0, so that network slimming finds filters to remove in
   * the next round.
   */
  scalePenalty: z.number().min(0).max(0.1).optional(),
  /** Share of the dense network's answers in the loss (Hinton et al. 2015). */
  distillation: z
    .strictObject({ share: z.number().min(0).max(1), temperature: z.number().min(1).max(100).default(4) })
    .optional(),
  /**
   * Start from the dense network's weights after so many epochs of its training (Renda et al.
   * 2020).
   */
  rewindTo: z.int().min(0).optional(),
  /** End after so many epochs without a better validation accuracy. */
  patience: z.int().min(1).optional(),
});
export type FineTune = z.infer<typeof FineTuneSchema>;

/** Whole filters that are removed, and the network fine-tuned, before the rest of the schedule. */
const FiltersSchema = z.strictObject({
  criterion: z.enum(FILTER_CRITERIA).default('filter-energy-aware'),
  /** Fraction of each layer's filters that is kept. */
  density: z.record(LayerName, density),
  epochs: z.int().min(0).max(10_000),
});

/**
 * Prunes on, a round after the other, each fine-tuned, until accuracy can no longer be held (Yang,
 * Chen, Sze 2017): the candidate is the last network that held it, or the first if none did.
 */
export const LoopSchema = z.strictObject({
  /** Points of validation accuracy, as a fraction, that a network may be below the dense one. */
  accuracyLoss: z.number().min(0).max(1),
  /** Of what each layer keeps in a round, the part that it keeps in the next. */
  keep: z.number().min(0.05).max(0.95).default(0.7),
  /** At most so many, the first included. */
  rounds: z.int().min(2).max(50).default(10),
});
export type Loop = z.infer<typeof LoopSchema>;

/** What to do to each layer. A layer that is not named is left dense. */
export const PruningScheduleSchema = z.strictObject({
  criterion: CriterionSchema,
  /**
   * Fraction of each layer's weights, or for a criterion of filters of its filters, that is kept.
   */
  density: z.record(LayerName, density),
  /** `layer` if left out. */
  allocation: AllocationSchema.optional(),
  /** p of ‖Ŷ − X A‖ₚ, which energy-aware pruning's repair makes small; 2 if left out. */
  repairNorm: z.literal([1, 2]).optional(),
  filters: FiltersSchema.optional(),
  loop: LoopSchema.optional(),
  fineTune: FineTuneSchema,
});
export type PruningSchedule = z.infer<typeof PruningScheduleSchema>;

const range = (bound: z.ZodNumber) =>
  z
    .tuple([bound, bound])
    .refine(([low, high]) => low <= high, { error: 'a range is [low, high] with low at most high' });

const densities = z
  .record(LayerName, range(density))
  .refine((layers) => Object.keys(layers).length > 0, { error: 'name at least one layer to prune' });

/** The schedules a campaign may try: each number from its range, each name from its list. */
export const ScheduleSpaceSchema = z
  .strictObject({
    criterion: z.array(CriterionSchema).min(1).default(['magnitude', 'energy-aware']),
    density: densities,
    /** Layers that have one density, such as those whose outputs are added. */
    tied: z.array(z.array(z.string()).min(2)).min(1).optional(),
    /** Pairs of layers of which the first is never denser than the second. */
    noDenser: z
      .array(z.tuple([z.string(), z.string()]))
      .min(1)
      .optional(),
    allocation: z.array(AllocationSchema).min(1).optional(),
    repairNorm: z
      .array(z.literal([1, 2]))
      .min(1)
      .optional(),
    filters: z
      .strictObject({
        criterion: z.array(z.enum(FILTER_CRITERIA)).min(1).default(['filter-energy-aware']),
        density: densities,
        epochs: range(z.int().min(0).max(1000)).default([1, 1]),
      })
      .optional(),
    loop: LoopSchema.optional(),
    fineTune: z
      .strictObject({
        epochs: range(z.int().min(0).max(1000)).default([1, 1]),
        /**
         * Images of one fine-tuning epoch, drawn anew for each; without it, the whole training
         * split.
         */
        imagesPerEpoch: z.int().min(64).optional(),
        optimizer: z.array(z.enum(OPTIMIZERS)).min(1).optional(),
        learningRate: range(z.number().positive().max(10)).optional(),
        labelSmoothing: range(z.number().min(0).max(0.5)).optional(),
        scalePenalty: range(z.number().min(0).max(0.1)).optional(),
        /** Share of the dense network's answers in the loss. */
        distillation: range(z.number().min(0).max(1)).optional(),
        rewindTo: z.int().min(0).optional(),
        patience: z.int().min(1).optional(),
      })
      .prefault({}),
  })
  .superRefine(({ criterion, density, tied, noDenser, filters, loop, fineTune }, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    const maps = [density, ...(filters ? [filters.density] : [])];
    tied?.forEach((layers, i) => {
      for (const layer of layers) {
        if (seen.has(layer)) refuse(['tied', i], `'${layer}' is tied twice; name each layer once`);
        seen.add(layer);
        if (!maps.some((map) => layer in map)) refuse(['tied', i], `'${layer}' has no density to search`);
      }
      for (const map of maps) {
        const ranges = new Set(layers.flatMap((layer) => (layer in map ? [JSON.stringify(map[layer])] : [])));
        if (ranges.size > 1) refuse(['tied', i], `${layers.join(', ')} have different ranges; give them one`);
      }
    });
    noDenser?.forEach((pair, i) => {
      for (const layer of pair) {
        if (!(layer in density)) refuse(['noDenser', i], `'${layer}' has no density to search`);
        else if (seen.has(layer)) refuse(['noDenser', i], `'${layer}' is tied to others; leave out either`);
      }
      const [one, other] = pair.map((layer) => (layer in density ? density[layer] : undefined));
      if (one && other && one[0] > other[0]) {
        refuse(
          ['noDenser', i],
          `'${pair[0]}' has ${one[0]} at least, and '${pair[1]}' may have ${other[0]}; begin the range of the first no higher`,
        );
      }
    });
    const inTraining = whileTraining(criterion);
    if (loop && inTraining !== undefined) {
      refuse(['loop'], `${inTraining} prunes while it trains, in one round; leave out either`);
    }
    if (fineTune.rewindTo === undefined) return;
    if (filters)
      refuse(['fineTune', 'rewindTo'], 'a network without some of its filters cannot be rewound; leave out filters');
    if (loop)
      refuse(['fineTune', 'rewindTo'], 'each round goes on from the one before; leave out either rewindTo or loop');
  });
export type ScheduleSpace = z.infer<typeof ScheduleSpaceSchema>;
