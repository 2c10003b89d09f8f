import { z } from 'zod';

const density = z.number().min(0).max(1);

/** All that is needed to price a candidate on any accelerator without training again; layers in the network's order. */
export const SparsityProfileSchema = z.strictObject({
  layers: z.array(
    z.strictObject({
      name: z.string(),
      weights: z.int().min(0),
      weightsLeft: z.int().min(0),
      /** Fractions that are not zero, activations as measured on the validation split. */
      density: z.strictObject({ weights: density, inputs: density, outputs: density }),
    }),
  ),
});
export type SparsityProfile = z.infer<typeof SparsityProfileSchema>;
