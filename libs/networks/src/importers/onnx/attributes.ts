import type onnxProto from 'onnx-proto';
import type { Padding } from '../../graph/network.js';
import type { OnnxConstant } from './tensors.js';

type Node = onnxProto.onnx.INodeProto;

/** Reads a node's attributes, each with what it is when left out. */
export class OnnxAttributes {
  constructor(
    private readonly node: Node,
    private readonly refuse: (problem: string) => never,
  ) {}

  integer(name: string, otherwise: number): number {
    const value = this.#find(name)?.i;
    return value === undefined || value === null ? otherwise : Number(value);
  }

  float(name: string, otherwise: number): number {
    return this.#find(name)?.f ?? otherwise;
  }

  integers(name: string): number[] | undefined {
    const found = this.#find(name)?.ints;
    return found && found.length > 0 ? found.map(Number) : undefined;
  }

  /**
   * Whole numbers that older versions of an operator have as an attribute, and newer ones as an
   * input.
   */
  integersOr(name: string, input: OnnxConstant | undefined): number[] | undefined {
    return this.integers(name) ?? (input && [...input.data]);
  }

  floats(name: string): number[] | undefined {
    const found = this.#find(name)?.floats;
    return found && found.length > 0 ? [...found] : undefined;
  }

  text(name: string): string | undefined {
    const value = this.#find(name)?.s;
    return value && value.length > 0 ? Buffer.from(value).toString('latin1') : undefined;
  }

  /** Two sizes that must be equal, such as strides. */
  equal(name: string): number {
    const [first, second] = this.integers(name) ?? [1, 1];
    if (second !== undefined && first !== second)
      this.refuse(`${name} of ${first} and ${second}: only equal ones are known`);
    return first;
  }

  /** From `pads` [top, left, bottom, right] or `auto_pad`. */
  padding(): Padding {
    const automatic = this.text('auto_pad') ?? 'NOTSET';
    if (automatic === 'SAME_UPPER') return 'same';
    if (automatic === 'VALID') return 'valid';
    if (automatic !== 'NOTSET') this.refuse(`auto_pad ${automatic} is not known; SAME_UPPER, VALID and NOTSET are`);
    const pads = this.integers('pads') ?? [0, 0, 0, 0];
    if (pads.length !== 4 || pads.some((edge) => edge < 0))
      this.refuse(`pads of [${pads.join(', ')}]: four edges are needed`);
    const [top, left, bottom, right] = pads;
    return pads.every((edge) => edge === 0) ? 'valid' : [top, left, bottom, right];
  }

  #find(name: string): onnxProto.onnx.IAttributeProto | undefined {
    return (this.node.attribute ?? []).find((attribute) => attribute.name === name) ?? undefined;
  }
}
