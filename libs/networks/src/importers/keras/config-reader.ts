import { z } from 'zod';
import type { Padding } from '../../graph/network.js';

/** Says what is wrong with a layer. */
export type Refuse = (problem: string) => never;

/** Fields of any layer's configuration that change nothing of what a trained network gives. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...['name', 'trainable', 'batch_input_shape', 'batch_shape', 'input_shape', 'input_dtype', 'autocast', 'seed'],
]);
const WITHOUT_EFFECT_ENDING = /_(initializer|regularizer|constraint)$/;
/** What a layer may compute in; float32 stands for all of them here. */
const FLOATS: ReadonlySet<string> = new Set([
  ...['float16', 'float32', 'float64', 'bfloat16', 'mixed_float16', 'mixed_bfloat16'],
]);

/**
 * Reads the fields of a Keras layer's configuration, each with what it must be. `finish` refuses
 * fields that nothing has read, so that none is ignored which changes what the layer computes.
 */
export class KerasConfigReader {
  readonly #read = new Set<string>();

  constructor(
    private readonly config: Readonly<Record<string, unknown>>,
    readonly refuse: Refuse,
  ) {}

  count(field: string, otherwise?: number): number {
    return this.#as(field, z.int().min(1).max(1_000_000), otherwise, 'a whole number of at least 1');
  }

  number(field: string, otherwise: number): number {
    return this.#as(field, z.number(), otherwise, 'a number');
  }

  /** A number, or undefined where it is null or left out. */
  optionalNumber(field: string): number | undefined {
    return this.value(field) === undefined ? undefined : this.number(field, 0);
  }

  flag(field: string, otherwise: boolean): boolean {
    return this.#as(field, z.boolean(), otherwise, 'true or false');
  }

  numbers(field: string, otherwise: readonly number[]): readonly number[] {
    const read = this.#as(field, z.union([z.number(), z.array(z.number()).min(1)]), [...otherwise], 'numbers');
    return typeof read === 'number' ? [read] : read;
  }

  wholeNumbers(field: string): readonly number[] {
    return this.#as(field, z.array(z.int()).max(8), undefined, 'whole numbers');
  }

  plane(field: string, otherwise?: readonly [number, number]): readonly [number, number] {
    const size = z.int().min(1).max(100_000);
    const schema = z.union([z.tuple([size, size]), size]);
    const read = this.#as(field, schema, otherwise && [...otherwise], 'one or two whole numbers');
    return typeof read === 'number' ? [read, read] : read;
  }

  equal(field: string, otherwise: readonly [number, number]): number {
    const [first, second] = this.plane(field, otherwise);
    return first === second ? first : this.refuse(`${field} of ${first} and ${second}: only equal ones are known`);
  }

  padding(): 'valid' | 'same' {
    const read = this.#as('padding', z.string(), 'valid', 'valid or same').toLowerCase();
    return read === 'valid' || read === 'same' ? read : this.refuse(`padding is ${read}, not valid or same`);
  }

  /** top, left, bottom, right */
  edges(field: string, otherwise: number): Exclude<Padding, string> {
    const edge = z.int().min(0).max(10_000);
    const pair = z.tuple([edge, edge]);
    const read = this.#as(field, z.union([z.tuple([pair, pair]), pair, edge]), otherwise, 'rows and columns');
    const [rows, columns] = typeof read === 'number' ? [read, read] : read;
    const [top, bottom] = typeof rows === 'number' ? [rows, rows] : rows;
    const [left, right] = typeof columns === 'number' ? [columns, columns] : columns;
    return [top, left, bottom, right];
  }

  /**
   * The axes that a field names, counted from 1 for the first after the batch. One number stands
   * for a list of it.
   */
  axes(field: string, otherwise: number, rank: number): readonly number[] {
    const read = this.#as(field, z.union([z.int(), z.array(z.int()).max(8)]), otherwise, 'an axis, or axes');
    return [read].flat().map((axis) => (axis < 0 ? axis + rank + 1 : axis));
  }

  channelsLast(): void {
    const format = this.value('data_format');
    if (format !== undefined && format !== 'channels_last' && format !== 'channelsLast') {
      this.refuse(`data_format is ${JSON.stringify(format)}; save the model with channels_last`);
    }
  }

  /** A field as it is; undefined where it is null. Numbers that NumPy held become plain ones. */
  value(field: string): unknown {
    this.#read.add(field);
    return plain(this.config[field]) ?? undefined;
  }

  /** @throws by `refuse` if the layer computes in what is not floats, as quantised layers do */
  checkType(): void {
    const policy = this.value('dtype');
    const object = z.object({ class_name: z.string(), config: z.looseObject({ name: z.unknown().optional() }) });
    const written = object.safeParse(policy);
    const isPlain = written.success && /^(DType)?Policy$/.test(written.data.class_name);
    const name = isPlain ? written.data.config.name : policy;
    if (name !== undefined && !(typeof name === 'string' && FLOATS.has(name))) {
      const given = written.success && !isPlain ? written.data.class_name : JSON.stringify(name).slice(0, 100);
      this.refuse(`its dtype is ${given}; layers of floats are known, quantised ones are not`);
    }
  }

  /** @throws by `refuse` if a field is left that nothing has read */
  finish(): void {
    for (const [field, value] of Object.entries(this.config)) {
      const isKnown = this.#read.has(field) || WITHOUT_EFFECT.has(field) || WITHOUT_EFFECT_ENDING.test(field);
      if (isKnown || value === null || value === undefined) continue;
      this.refuse(`its field ${field} (${JSON.stringify(value).slice(0, 100)}) is not known`);
    }
  }

  #as<Value>(field: string, schema: z.ZodType<Value>, otherwise: Value | undefined, allowed: string): Value {
    const value = this.value(field) ?? otherwise;
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : this.refuse(`${field} is ${JSON.stringify(value)}, not ${allowed}`);
  }
}

/**
 * Keras writes numbers of NumPy as `{ class_name: '__numpy__', config: { value } }`, or `{ type:
 * 'ndarray', value }`.
 */
function plain(value: unknown): unknown {
  const held = z
    .union([
      z.object({
        class_name: z.enum(['__numpy__', '__tensor__']),
        config: z.object({ value: z.unknown().optional() }),
      }),
      z.object({ type: z.literal('ndarray'), value: z.unknown().optional() }),
    ])
    .safeParse(value);
  if (!held.success) return value;
  return 'config' in held.data ? held.data.config.value : held.data.value;
}
