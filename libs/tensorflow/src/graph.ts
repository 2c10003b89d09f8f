import { nativeAddon, type NativeGraphSession } from './native-addon.js';
import { sessionConfig } from './session-config.js';
import type { Attribute, DataType, Feeds, TensorValue } from './tensor-value.js';

const FLOAT: Attribute = { dtype: 'float32' };

/**
 * A TensorFlow graph under construction and the session that runs it. Outputs are named as
 * TensorFlow names them: `operation` or `operation:index`. Every method that adds returns such a
 * name.
 *
 * Memory is TensorFlow's own: call `close` when done.
 */
export class Graph {
  /** How many are open in this process: each that is not closed keeps its memory. */
  static open = 0;

  readonly #session: NativeGraphSession;
  #added = 0;
  #isClosed = false;

  constructor(threads: { intraOp: number; interOp: number } = { intraOp: 0, interOp: 0 }) {
    this.#session = new (nativeAddon().GraphSession)(sessionConfig(threads));
    Graph.open++;
  }

  /**
   * Adds an operation by TensorFlow's name of it; an input that is an array is a list input.
   *
   * @param name for people who read the graph. The operation's own name is a number with it, so
   *   that no two operations share one, whatever names a network's layers have
   * @param after operations that must have run before, though nothing flows from them
   */
  add(
    type: string,
    inputs: readonly (string | readonly string[])[],
    attributes: Record<string, Attribute> = {},
    name = type,
    after: readonly string[] = [],
  ): string {
    return this.#session.addOperation(type, `${this.#added++}/${name}`, inputs, attributes, after);
  }

  placeholder(name: string, dtype: DataType, shape: readonly number[]): string {
    return this.add('Placeholder', [], { dtype: { dtype }, shape: { shape } }, name);
  }

  constant(value: TensorValue, name = 'Const'): string {
    return this.add('Const', [], { dtype: { dtype: value.dtype }, value: { tensor: value } }, name);
  }

  scalar(value: number): string {
    return this.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
  }

  integers(...values: number[]): string {
    return this.constant({ dtype: 'int32', shape: [values.length], data: Int32Array.from(values) });
  }

  /**
   * A float32 variable and the ways to read it and to set it. It has no value until `assign` has
   * run.
   */
  variable(name: string, shape: readonly number[]): Variable {
    const handle = this.add(
      'VarHandleOp',
      [],
      { dtype: FLOAT, shape: { shape }, shared_name: { string: name }, container: { string: '' } },
      name,
    );
    const value = this.placeholder(`${name}/new`, 'float32', shape);
    const assign = this.add('AssignVariableOp', [handle, value], { dtype: FLOAT }, `${name}/assign`);
    const read = this.add('ReadVariableOp', [handle], { dtype: FLOAT }, `${name}/read`);
    return { name, shape, handle, read, assign, feed: value };
  }

  /** Symbolic gradients of the sum of `of`, one for each of `withRespectTo`. */
  gradients(of: readonly string[], withRespectTo: readonly string[]): string[] {
    return this.#session.addGradients(of, withRespectTo);
  }

  /** Runs what `fetches` and `targets` need, on a thread of its own. */
  run(feeds: Feeds, fetches: readonly string[], targets: readonly string[] = []): Promise<TensorValue[]> {
    return this.#session.run(feeds, fetches, targets);
  }

  async set(variables: readonly { variable: Variable; data: Float32Array }[]): Promise<void> {
    if (variables.length === 0) return;
    const feeds: Feeds = {};
    for (const { variable, data } of variables) {
      feeds[variable.feed] = { dtype: 'float32', shape: variable.shape, data };
    }
    await this.run(
      feeds,
      [],
      variables.map(({ variable }) => variable.assign),
    );
  }

  /**
   * Whether the session may compute on a GPU: TensorFlow puts each operation on one that it sees,
   * where it has code for it.
   */
  get hasGpu(): boolean {
    return this.#session.devices().some(({ type }) => type === 'GPU');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    Graph.open--;
    this.#session.close();
  }
}

export interface Variable {
  name: string;
  shape: readonly number[];
  /** The resource itself, for operations such as ResourceApplyMomentum. */
  handle: string;
  read: string;
  assign: string;
  feed: string;
}
