import type { NetworkEnergy } from '@espalier/energy-model';
import { z } from 'zod';

const operands = z.strictObject({ weights: z.number(), inputs: z.number(), partialSums: z.number() });

/** The energy model's answer for a network, per layer, level and operand. */
export const NetworkEnergySchema = z.strictObject({
  accelerator: z.string(),
  // Not in results that were recorded before it was.
  unit: z.string().default(''),
  batch: z.int().min(1),
  layers: z
    .array(
      z.strictObject({
        name: z.string(),
        macs: z.number(),
        macsDone: z.number(),
        computation: z.number(),
        /** By the accelerator's levels and networks, outermost first. */
        levels: z.record(z.string(), operands),
        // Results recorded before the model knew of these have none.
        metadata: z.number().default(0),
        leakage: z.number().default(0),
        total: z.number(),
        latency: z
          .strictObject({
            cycles: z.number(),
            stalls: z.number(),
            utilisation: z.number(),
            limitedBy: z.string(),
            energyDelayProduct: z.number(),
          })
          .optional(),
      }),
    )
    .readonly(),
  total: z.number(),
}) satisfies z.ZodType<NetworkEnergy>;
