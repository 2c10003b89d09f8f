import { z } from 'zod';

export const CRITERIA = ['magnitude', 'energy-aware'] as const;
export const CriterionSchema = z.enum(CRITERIA);
export type Criterion = z.infer<typeof CriterionSchema>;

export const LayerName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'a layer name: a letter, then letters, digits, _ . -');

const density = z.number().min(0).max(1);

/** What to do to each layer. A layer that is not named is left dense. */
export const PruningScheduleSchema = z.strictObject({
  criterion: CriterionSchema,
  /** Fraction of each layer's weights that is kept. */
  density: z.record(LayerName, density),
  fineTune: z.strictObject({ epochs: z.int().min(0).max(10_000) }),
});
export type PruningSchedule = z.infer<typeof PruningScheduleSchema>;

const range = (bound: z.ZodNumber) =>
  z
    .tuple([bound, bound])
    .refine(([low, high]) => low <= high, { error: 'a range is [low, high] with low at most high' });

/** The schedules a campaign may try: each density from its range, the criterion from the list. */
export const ScheduleSpaceSchema = z.strictObject({
  criterion: z.array(CriterionSchema).min(1).default(['magnitude', 'energy-aware']),
  density: z
    .record(LayerName, range(density))
    .refine((layers) => Object.keys(layers).length > 0, { error: 'name at least one layer to prune' }),
  fineTune: z
    .strictObject({
      epochs: range(z.int().min(0).max(1000)).default([1, 1]),
      /** Images of one fine-tuning epoch, drawn anew for each; without it, the whole training split. */
      imagesPerEpoch: z.int().min(64).optional(),
    })
    .prefault({}),
});
export type ScheduleSpace = z.infer<typeof ScheduleSpaceSchema>;
