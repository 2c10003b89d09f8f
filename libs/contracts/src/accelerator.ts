import { MEMORY_LEVELS, type Accelerator } from '@espalier/energy-model';
import { z } from 'zod';

const words = z.int().min(1);
const price = z.number().min(0);
const levels = z.array(z.enum(MEMORY_LEVELS)).readonly();

/** A chip's description, as shipped with the energy model or written by the user. */
export const AcceleratorSchema = z.strictObject({
  name: z.string().min(1).max(100),
  source: z.string().default('not stated'),
  dataflow: z.literal('row-stationary'),
  array: z.strictObject({ rows: z.int().min(1).max(4096), columns: z.int().min(1).max(4096) }),
  wordBits: z.int().min(1).max(64),
  globalBuffer: z.strictObject({ words }),
  registerFile: z.union([
    z.strictObject({ words }),
    z.strictObject({ inputs: words, weights: words, partialSums: words }),
  ]),
  energy: z.strictObject({ mac: price, dram: price, globalBuffer: price, array: price, registerFile: price }),
  sparsity: z.strictObject({
    skipsZero: z.strictObject({ weights: z.boolean(), inputs: z.boolean() }),
    compresses: z.strictObject({ weights: levels, inputs: levels, outputs: levels }),
    runLengthBits: z.int().min(1).max(16),
  }),
}) satisfies z.ZodType<Accelerator>;
