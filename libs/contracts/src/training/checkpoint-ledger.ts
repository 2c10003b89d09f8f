import { z } from 'zod';

/** The name of a training: `dense-<hash of the task>`, or `candidate-<id>` with the stage. */
export const TrainingName = z.string().regex(/^[a-z0-9-]{1,200}$/, 'the name of a training');

/** Epochs of mid-epoch checkpoints included: more than any training has. */
const MOST_EPOCHS = 1_000_000;
/** Of an artifact, in bytes: 2 GiB, what a buffer of Node surely holds. */
const LARGEST_FILE = 2 ** 31 - 1;

export const CheckpointReferenceSchema = z.strictObject({
  epoch: z.int().min(1).max(MOST_EPOCHS),
  artifact: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of a checkpoint'),
  bytes: z.int().min(1).max(LARGEST_FILE),
});
export type CheckpointReference = z.infer<typeof CheckpointReferenceSchema>;

/** Who takes a training over, in words for a person. */
export const TakeTrainingSchema = z.strictObject({ holder: z.string().max(200) });

/**
 * The right to write a training's checkpoints, until another attempt takes the training over with a
 * larger term.
 */
export const TrainingLeaseSchema = z.strictObject({
  term: z.int().min(1),
  checkpoints: z.array(CheckpointReferenceSchema),
});
export type TrainingLease = z.infer<typeof TrainingLeaseSchema>;

export const RecordCheckpointSchema = CheckpointReferenceSchema.omit({ epoch: true }).extend({ term: z.int().min(1) });
export type RecordCheckpoint = z.infer<typeof RecordCheckpointSchema>;
