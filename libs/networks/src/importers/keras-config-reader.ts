import { z } from 'zod';
import type { Activation, Padding } from '../network.js';

/** Says what is wrong with a layer. */
export type Refuse = (problem: string) => never;

const ACTIVATIONS: Record<string, Activation> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  leaky_relu: 'leakyRelu',
  leakyRelu: 'leakyRelu',
  elu: 'elu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  swish: 'swish',
  silu: 'swish',
  softmax: 'softmax',
};

/** Reads fields of a Keras layer's configuration, each with what it must be. */
export class KerasConfigReader {
  constructor(
    private readonly config: Readonly<Record<string, unknown>>,
    private readonly refuse: Refuse,
  ) {}

  count(field: string, otherwise?: number): number {
    return this.#read(field, z.int().min(1).max(1_000_000), otherwise, 'a whole number of at least 1');
  }

  number(field: string, otherwise: number): number {
    return this.#read(field, z.number(), otherwise, 'a number');
  }

  flag(field: string, otherwise: boolean): boolean {
    return this.#read(field, z.boolean(), otherwise, 'true or false');
  }

  numbers(field: string, otherwise: readonly number[]): readonly number[] {
    const read = this.#read(field, z.union([z.number(), z.array(z.number()).min(1)]), [...otherwise], 'numbers');
    return typeof read === 'number' ? [read] : read;
  }

  plane(field: string, otherwise?: readonly [number, number]): readonly [number, number] {
    const size = z.int().min(1).max(100_000);
    const schema = z.union([z.tuple([size, size]), size]);
    const read = this.#read(field, schema, otherwise && [...otherwise], 'one or two whole numbers');
    return typeof read === 'number' ? [read, read] : read;
  }

  equal(field: string, otherwise: readonly [number, number]): number {
    const [first, second] = this.plane(field, otherwise);
    return first === second ? first : this.refuse(`${field} of ${first} and ${second}: only equal ones are known`);
  }

  padding(): Padding {
    return this.#read('padding', z.enum(['valid', 'same']), 'valid', 'valid or same');
  }

  /** top, left, bottom, right */
  edges(): readonly [number, number, number, number] {
    const edge = z.int().min(0).max(10_000);
    const pair = z.tuple([edge, edge]);
    const read = this.#read('padding', z.union([z.tuple([pair, pair]), pair, edge]), 1, 'rows and columns to add');
    const [rows, columns] = typeof read === 'number' ? [read, read] : read;
    const [top, bottom] = typeof rows === 'number' ? [rows, rows] : rows;
    const [left, right] = typeof columns === 'number' ? [columns, columns] : columns;
    return [top, left, bottom, right];
  }

  activation(): Activation {
    const value = this.config.activation ?? 'linear';
    // Keras 3 writes a function down as { class_name: 'function', config: its name }.
    const written = typeof value === 'object' ? (value as { config?: unknown }).config : value;
    const known = typeof written === 'string' && Object.hasOwn(ACTIVATIONS, written) ? ACTIVATIONS[written] : undefined;
    return (
      known ??
      this.refuse(`activation ${JSON.stringify(value)} is not known; known are ${Object.keys(ACTIVATIONS).join(', ')}`)
    );
  }

  channelsLast(): void {
    const format = this.config.data_format;
    if (format !== undefined && format !== null && format !== 'channels_last' && format !== 'channelsLast') {
      this.refuse(`data_format is ${JSON.stringify(format)}; save the model with channels_last`);
    }
  }

  #read<Value>(field: string, schema: z.ZodType<Value>, otherwise: Value | undefined, allowed: string): Value {
    const value = this.config[field] ?? otherwise;
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : this.refuse(`${field} is ${JSON.stringify(value)}, not ${allowed}`);
  }
}
