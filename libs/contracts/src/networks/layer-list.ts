import { z } from 'zod';

const size = z.int().min(1).max(1_000_000);
const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w./:-]+$/, 'may hold letters, digits and . / : _ - only');
/** One size for height and width, or [height, width]. */
const plane = z.union([size, z.tuple([size, size]).readonly()]);
const edge = z.int().min(0).max(10_000);
/**
 * Rows and columns of zeros around an input: on each side, at [height, width], or at [top, left,
 * bottom, right].
 */
const padding = z.union([
  z.enum(['valid', 'same']),
  edge,
  z.tuple([edge, edge]).readonly(),
  z.tuple([edge, edge, edge, edge]).readonly(),
]);
export type ListedPadding = z.infer<typeof padding>;
const common = {
  name,
  /** The layers whose outputs it takes, or `input`; the layer before it if left out. */
  from: z.union([name, z.array(name).min(1).readonly()]).optional(),
};
const window = { kernel: plane, stride: size.default(1), padding: padding.default('valid'), dilation: size.default(1) };

/** One layer, as the energy model needs to know it. */
export const ListedLayerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, ...window, kind: z.literal('conv'), filters: size, groups: size.default(1) }),
  z.strictObject({ ...common, ...window, kind: z.literal('depthwise-conv'), multiplier: size.default(1) }),
  z.strictObject({
    ...common,
    kind: z.literal('transposed-conv'),
    filters: size,
    kernel: plane,
    stride: size.default(1),
    padding: padding.default('valid'),
  }),
  z.strictObject({ ...common, kind: z.literal('dense'), units: size }),
  /** Rows of one tensor times the other: [height, channels] · [channels, columns] for each head. */
  z.strictObject({ ...common, kind: z.literal('matmul'), columns: size, heads: size.default(1) }),
  /**
   * softmax(Q·Kᵀ)·V over a sequence along the height, from three tensors or from one that holds all
   * three.
   */
  z.strictObject({ ...common, kind: z.literal('attention'), heads: size }),
  z.strictObject({
    ...common,
    kind: z.literal('pool'),
    kernel: plane,
    stride: size.optional(),
    padding: padding.default('valid'),
    /** Whether a last window that reaches over the edge counts. */
    ceil: z.boolean().default(false),
  }),
  z.strictObject({ ...common, kind: z.literal('global-pool') }),
  z.strictObject({ ...common, kind: z.literal('add') }),
  z.strictObject({ ...common, kind: z.literal('multiply') }),
  z.strictObject({ ...common, kind: z.literal('concat') }),
  z.strictObject({ ...common, kind: z.literal('pad'), padding: z.tuple([edge, edge, edge, edge]).readonly() }),
  z.strictObject({ ...common, kind: z.literal('activation') }),
  /** Folded into the layer before it, or done by itself. */
  z.strictObject({ ...common, kind: z.literal('batch-norm'), folded: z.boolean().default(true) }),
]);
export type ListedLayer = z.infer<typeof ListedLayerSchema>;

/** A network's shapes, as a user writes them down: no weights. */
export const LayerListSchema = z.strictObject({
  name: z.string().min(1).max(100),
  input: z.strictObject({ channels: size, height: size, width: size }),
  layers: z.array(ListedLayerSchema).min(1).max(10_000).readonly(),
});
export type LayerList = z.infer<typeof LayerListSchema>;
/** The same before defaults are filled in. */
export type LayerListInput = z.input<typeof LayerListSchema>;
