import { z } from 'zod';
import { PruningScheduleSchema } from '../candidates/schedule.js';
import { SplitSchema } from '../candidates/candidate.js';
import { AcceleratorSchema } from '../networks/accelerator.js';
import { NetworkSchema } from '../networks/network.js';
import { SparsityProfileSchema } from '../candidates/sparsity-profile.js';

/** A model or checkpoint in the artifact store, by its content's SHA-256. */
export const ModelReferenceSchema = z.strictObject({ artifact: z.string(), bytes: z.int() });
export type ModelReference = z.infer<typeof ModelReferenceSchema>;

/** How far a candidate is trained before it is looked at. */
export const RungSchema = z.strictObject({
  /** Epochs of the whole fine-tuning, those that are done included. */
  until: z.int(),
  /** The model of the rung before, to go on from. */
  from: ModelReferenceSchema.optional(),
});
export type Rung = z.infer<typeof RungSchema>;

/** What a worker must know of a campaign to train for it. */
export const TrainingTaskSchema = z.strictObject({
  network: z.union([z.string(), NetworkSchema]),
  /** Trained weights that the user brought; without them the network is trained first. */
  weights: z.string().optional(),
  data: z.string(),
  seed: z.int(),
  trainingImages: z.int().nullable(),
});
export type TrainingTask = z.infer<typeof TrainingTaskSchema>;

export const TrainDenseRequestSchema = z.strictObject({ task: TrainingTaskSchema });
export type TrainDenseRequest = z.infer<typeof TrainDenseRequestSchema>;

/**
 * Added to the task's seed, for what is drawn in pruning and training a candidate again; the dense
 * network stays the same.
 */
const replicate = { replicate: z.int().min(1).optional() };

export const PruneRequestSchema = z.strictObject({
  task: TrainingTaskSchema,
  candidate: z.uuid(),
  dense: z.string(),
  /** What was pruned and trained before, to be pruned on; without it, the dense model. */
  from: z.string().optional(),
  schedule: PruningScheduleSchema,
  accelerator: AcceleratorSchema,
  batch: z.int(),
  ...replicate,
});
export type PruneRequest = z.infer<typeof PruneRequestSchema>;

export const FineTuneRequestSchema = z.strictObject({
  task: TrainingTaskSchema,
  candidate: z.uuid(),
  pruned: z.string(),
  /** Which of the candidate's trainings it is, where it has several. */
  stage: z.string().optional(),
  epochs: z.int(),
  /** Stop after so many of them, to go on another time; left out, it is trained to its end. */
  until: z.int().optional(),
  imagesPerEpoch: z.int().nullable(),
  /**
   * What the candidate is, and the dense model it came from: left out by workflows that began
   * before there was a choice.
   */
  schedule: PruningScheduleSchema.optional(),
  dense: z.string().optional(),
  ...replicate,
});
export type FineTuneRequest = z.infer<typeof FineTuneRequestSchema>;

export const EvaluateRequestSchema = z.strictObject({
  task: TrainingTaskSchema,
  model: z.string(),
  split: SplitSchema,
});
export type EvaluateRequest = z.infer<typeof EvaluateRequestSchema>;

/** All that is done to a candidate: its stages one after the other. */
export const PruneAndTrainRequestSchema = PruneRequestSchema.omit({ from: true }).extend({
  imagesPerEpoch: FineTuneRequestSchema.shape.imagesPerEpoch,
  /** How far it is trained for now; left out where it is to its end. */
  rung: RungSchema.optional(),
});
export type PruneAndTrainRequest = z.infer<typeof PruneAndTrainRequestSchema>;

export const MeasurementSchema = z.strictObject({
  split: SplitSchema,
  images: z.int(),
  accuracy: z.number().min(0).max(1),
  loss: z.number(),
  profile: SparsityProfileSchema,
});
export type Measurement = z.infer<typeof MeasurementSchema>;

/** What the stages of a schedule came to. */
export const TrainedSchema = z.strictObject({ model: ModelReferenceSchema, measurement: MeasurementSchema });
export type Trained = z.infer<typeof TrainedSchema>;
