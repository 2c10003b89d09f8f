import type { NetworkEnergy } from '@espalier/energy-model';
import { z } from 'zod';

const operands = z.strictObject({ weights: z.number(), inputs: z.number(), partialSums: z.number() });

/** The energy model's answer for a network, per layer, level and operand. */
export const NetworkEnergySchema = z.strictObject({
  accelerator: z.string(),
  batch: z.int().min(1),
  layers: z
    .array(
      z.strictObject({
        name: z.string(),
        macs: z.number(),
        macsDone: z.number(),
        computation: z.number(),
        levels: z.strictObject({ dram: operands, globalBuffer: operands, array: operands, registerFile: operands }),
        total: z.number(),
      }),
    )
    .readonly(),
  total: z.number(),
}) satisfies z.ZodType<NetworkEnergy>;
