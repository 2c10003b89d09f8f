/** Reads a weight of the layer that is being compiled. */
export type ReadWeight = (role: 'kernel' | 'bias' | 'gamma' | 'beta' | 'mean' | 'variance') => string;

/**
 * What a pass is for. A batch normalisation uses the batch's own statistics in `training` and its
 * moving ones otherwise; in `gradients` of plain arithmetic, since TensorFlow has no repeatable
 * gradient on a GPU of the one in `inference`. In `evaluation` it is part of the layer before it,
 * where there is one.
 */
export type PassKind = 'inference' | 'training' | 'gradients' | 'evaluation';

/** What a layer adds to a graph. */
export interface CompiledForward {
  readonly output: string;
  /** Of a layer with a kernel: its output before bias and activation, in the output's shape. */
  readonly product?: string;
  /** Of a layer with a softmax: what goes into it. */
  readonly beforeSoftmax?: string;
  /** Of a batch normalisation in training: mean and variance of the batch. */
  readonly statistics?: { readonly mean: string; readonly variance: string };
}
