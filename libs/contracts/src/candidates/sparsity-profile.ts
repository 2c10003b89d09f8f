import { z } from 'zod';

const density = z.number().min(0).max(1);
const count = z.int().min(1);

/**
 * All that is needed to price a candidate on any accelerator without training again; layers in the
 * network's order.
 */
export const SparsityProfileSchema = z.strictObject({
  layers: z.array(
    z.strictObject({
      name: z.string(),
      /** Of the layer before pruning. */
      weights: z.int().min(0),
      weightsLeft: z.int().min(0),
      /**
       * Fractions that are not zero, weights of those in the layer as it is after pruning,
       * activations as measured on the validation split.
       */
      density: z.strictObject({ weights: density, inputs: density, outputs: density }),
      /** Of a layer that lost filters: its size now. Channels are those of one group. */
      shape: z.strictObject({ groups: count, inputChannels: count, outputChannels: count }).optional(),
    }),
  ),
});
export type SparsityProfile = z.infer<typeof SparsityProfileSchema>;
