import {
  COMPRESSION_FORMATS,
  DATAFLOWS,
  DIMENSIONS,
  OPERANDS,
  TENSORS,
  type Accelerator,
} from '@espalier/energy-model';
import { z } from 'zod';

const name = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[A-Za-z][\w-]*$/, 'must start with a letter and hold letters, digits, - and _ only');
const words = z.int().min(1);
const bits = z.int().min(1).max(64);
// Bounded so that no layer that can be priced sums to Infinity.
const price = z.number().min(0).max(1e12);
const rate = z.number().min(1e-6).max(1e12);
const operand = z.enum(OPERANDS);
const dimensions = z.array(z.enum(DIMENSIONS)).readonly().optional();
const ofEachOperand = z.strictObject({
  weights: rate,
  inputs: rate,
  partialSums: rate,
});
const zeros = z.enum(['none', 'gating', 'skipping']);

const axis = z.strictObject({ name, size: z.int().min(1).max(65_536), unrolls: dimensions });

const level = z.strictObject({
  name,
  holds: z.array(operand).min(1).readonly(),
  sharedAlong: z.array(name).readonly().optional(),
  wordBits: z.int().min(1).max(65_536),
  words: z
    .union([
      words,
      z.strictObject({ weights: words.optional(), inputs: words.optional(), partialSums: words.optional() }),
    ])
    .optional(),
  energy: z.strictObject({ read: price, write: price }),
  bandwidth: z.strictObject({ read: rate, write: rate }).optional(),
  chargesTransfers: z.boolean().optional(),
  keepsOverlap: z.boolean().optional(),
  firstPartialSum: z.enum(['read', 'zero']).optional(),
  doubleBuffered: z.boolean().optional(),
  network: z.strictObject({ name, energy: price, bitsPerCycle: ofEachOperand.optional() }).optional(),
  tiles: dimensions,
  streams: dimensions,
});

/** A chip's description, as shipped with the energy model or written by the user. */
export const AcceleratorSchema = z
  .strictObject({
    name,
    source: z.string().default('not stated'),
    unit: z.string().min(1).max(20),
    dataflow: z.enum(DATAFLOWS),
    bits: z.strictObject({ weights: bits, inputs: bits, partialSums: bits, outputs: bits }),
    array: z.array(axis).max(6).readonly(),
    levels: z.array(level).min(1).max(10).readonly(),
    computation: z.strictObject({
      mac: price,
      scaling: z.enum(['product', 'none']).optional(),
      bits: bits.optional(),
      leakagePerCycle: price.optional(),
    }),
    clockMegahertz: rate.optional(),
    sparsity: z.strictObject({
      zeros: z.strictObject({ weights: zeros, inputs: zeros }),
      compression: z
        .array(
          z.strictObject({
            tensor: z.enum(TENSORS),
            level: name,
            format: z.enum(COMPRESSION_FORMATS),
            indexBits: z.int().min(1).max(32).optional(),
          }),
        )
        .readonly(),
    }),
  })
  .superRefine((accelerator, context) => {
    for (const { path, message } of contradictions(accelerator)) context.addIssue({ code: 'custom', path, message });
  }) satisfies z.ZodType<Accelerator>;

/** What no single field shows to be wrong: names that lead nowhere, and operands without a home. */
function contradictions({ array, levels, sparsity }: Accelerator): { path: (string | number)[]; message: string }[] {
  // The schema's own refusal says enough.
  if (levels.length === 0) return [];
  const found: { path: (string | number)[]; message: string }[] = [];
  const axes = array.map((each) => each.name);
  const places = levels.flatMap((each) => (each.network ? [each.network.name, each.name] : [each.name]));
  for (const operand of OPERANDS) {
    if (!levels[0].holds.includes(operand)) {
      found.push({
        path: ['levels', 0, 'holds'],
        message: `the outermost level must hold all operands; ${operand} is missing`,
      });
    }
  }
  if (levels[0].words !== undefined) {
    found.push({ path: ['levels', 0, 'words'], message: 'the outermost level must be unbounded: leave its words out' });
  }
  levels.forEach((each, i) => {
    each.sharedAlong?.forEach((axis, j) => {
      if (!axes.includes(axis)) {
        found.push({
          path: ['levels', i, 'sharedAlong', j],
          message: `there is no axis '${axis}'; there are ${axes.join(', ') || 'none'}`,
        });
      }
    });
    const outside = levels.slice(0, i);
    const narrower = outside.find(
      (outer) =>
        outer.sharedAlong &&
        axes.some(
          (axis) =>
            !outer.sharedAlong?.includes(axis) &&
            (each.sharedAlong ?? axes).includes(axis) &&
            outer.holds.some((operand) => each.holds.includes(operand)),
        ),
    );
    if (narrower) {
      found.push({
        path: ['levels', i, 'sharedAlong'],
        message: `a level cannot be shared along an axis that ${narrower.name}, further out, is not shared along`,
      });
    }
  });
  for (const [field, names] of [
    ['levels', places],
    ['array', axes],
  ] as const) {
    const twice = names.find((each, i) => names.indexOf(each) !== i);
    if (twice !== undefined) found.push({ path: [field], message: `two are named '${twice}'; names must differ` });
  }
  sparsity.compression.forEach(({ level }, i) => {
    if (!places.includes(level)) {
      found.push({
        path: ['sparsity', 'compression', i, 'level'],
        message: `there is no level or network '${level}'; there are ${places.join(', ')}`,
      });
    }
  });
  return found;
}
