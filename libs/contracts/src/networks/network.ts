import { z } from 'zod';

const size = z.int().min(1).max(1_000_000);
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z][\w.-]*$/, 'a layer name: a letter, then letters, digits, _ . -');
const edge = z.int().min(0).max(10_000);
const edges = z.tuple([edge, edge, edge, edge]).readonly();
const numbers = z.array(z.number()).min(1).max(1_000_000).readonly();
const placed = {
  name,
  /**
   * The layers whose outputs it takes, or `input` for the network's; the layer before it if left
   * out.
   */
  from: z.array(name).min(1).readonly().optional(),
};

export const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'sigmoid',
  'tanh',
  'softplus',
  'swish',
  'softmax',
] as const;
const activation = z.enum(ACTIVATIONS);
export type Activation = z.infer<typeof activation>;

/**
 * No padding, TensorFlow's `same` (more at the end than at the start), or rows and columns of
 * zeros: top, left, bottom, right.
 */
const padding = z.union([z.enum(['valid', 'same']), edges]);
export type Padding = z.infer<typeof padding>;

const conv2d = z.strictObject({
  ...placed,
  kind: z.literal('conv2d'),
  filters: size,
  kernelSize: z.tuple([size, size]).readonly(),
  stride: size,
  padding,
  /** 1 if left out. */
  dilation: size.optional(),
  /**
   * 1 if left out; as many as the input has channels makes it depthwise. Filters of one group lie
   * side by side.
   */
  groups: size.optional(),
  /** true if left out. */
  useBias: z.boolean().optional(),
  activation,
});
export type Conv2d = z.infer<typeof conv2d>;

/** It is priced, and cannot be trained here. */
const transposedConv2d = z.strictObject({
  ...placed,
  kind: z.literal('transposedConv2d'),
  filters: size,
  kernelSize: z.tuple([size, size]).readonly(),
  stride: size,
  padding,
});

const dense = z.strictObject({
  ...placed,
  kind: z.literal('dense'),
  units: size,
  /** true if left out. */
  useBias: z.boolean().optional(),
  activation,
});
export type Dense = z.infer<typeof dense>;

/**
 * γ (x − mean) / √(variance + ε) + β, per channel; in training with the batch's own mean and
 * variance.
 */
const batchNormalization = z.strictObject({
  ...placed,
  kind: z.literal('batchNormalization'),
  epsilon: z.number().positive().max(1),
  /** How much of the moving mean and variance a training step keeps. */
  momentum: z.number().min(0).max(1),
});

const activationLayer = z.strictObject({
  ...placed,
  kind: z.literal('activation'),
  activation,
  /** Slope of `leakyRelu` below 0; 0.2 if left out. */
  slope: z.number().optional(),
});

const pooling2d = z.strictObject({
  ...placed,
  kind: z.enum(['maxPooling2d', 'averagePooling2d']),
  poolSize: size,
  stride: size,
  /** `valid` if left out. The average is over what is not padding. */
  padding: padding.optional(),
});
export type Pooling2d = z.infer<typeof pooling2d>;

/** One value a channel, as a vector. */
const globalPooling2d = z.strictObject({
  ...placed,
  kind: z.enum(['globalAveragePooling2d', 'globalMaxPooling2d']),
});
export type GlobalPooling2d = z.infer<typeof globalPooling2d>;
const merge = z.strictObject({ ...placed, kind: z.enum(['add', 'multiply', 'concatenate']) });
const flatten = z.strictObject({ ...placed, kind: z.literal('flatten') });
const zeroPadding2d = z.strictObject({
  ...placed,
  kind: z.literal('zeroPadding2d'),
  /** top, left, bottom, right */
  padding: edges,
});
/** x × scale + offset, with one number for all channels or one for each. */
const rescaling = z.strictObject({ ...placed, kind: z.literal('rescaling'), scale: numbers, offset: numbers });

const layer = z.discriminatedUnion('kind', [
  conv2d,
  transposedConv2d,
  dense,
  batchNormalization,
  activationLayer,
  pooling2d,
  globalPooling2d,
  merge,
  flatten,
  zeroPadding2d,
  rescaling,
]);
export type Layer = z.infer<typeof layer>;

/**
 * A network as a graph of layers that training, pruning and the energy model share. Images are
 * height × width × channels, as in TensorFlow's NHWC.
 */
export const NetworkSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w.-]+$/, 'letters, digits, _ . -'),
  input: z.strictObject({
    height: size,
    width: size,
    channels: size,
    /**
     * What becomes of a pixel's byte before the first layer, `byte × scale + offset` with one
     * number for all channels or one for each; bytes are scaled to [0, 1] if left out.
     */
    preprocessing: z.strictObject({ scale: numbers, offset: numbers }).optional(),
  }),
  classes: size,
  /**
   * In an order in which each layer comes after those it takes from. The last one's output is the
   * network's.
   */
  layers: z.array(layer).min(1).max(10_000).readonly(),
});
export type Network = z.infer<typeof NetworkSchema>;
export type NetworkInput = Network['input'];
