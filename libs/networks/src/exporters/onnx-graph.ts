import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const OPSET = 17;
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;

/**
 * A whole number, whole numbers, a number with a fraction, or a word: what an attribute of a node
 * may be.
 */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | { readonly text: string };

/**
 * An ONNX model that is being written, in ONNX's own terms. Nodes have one output, which is named
 * as they are.
 */
export class OnnxGraph {
  readonly #nodes: onnxProto.onnx.INodeProto[] = [];
  readonly #initializers: onnxProto.onnx.ITensorProto[] = [];

  /** @returns the name of its output */
  node(
    opType: string,
    input: readonly string[],
    output: string,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => {
      if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
      if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
      if ('text' in value) return { name, type: AttributeType.STRING, s: Buffer.from(value.text) };
      return { name, type: AttributeType.INTS, ints: [...value] };
    });
    this.#nodes.push({ opType, name: output, input: [...input], output: [output], attribute });
    return output;
  }

  constant(name: string, dims: readonly number[], data: Float32Array): string {
    const rawData = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, dims: [...dims], dataType: FLOAT, rawData });
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values.map(BigInt));
    this.#initializers.push({ name, dims: [values.length], dataType: INT64, rawData: Buffer.from(data.buffer) });
    return name;
  }

  /** @param shape of which 0 stands for the size that the dimension has */
  reshape(name: string, flow: string, shape: readonly number[]): string {
    return this.node('Reshape', [flow, this.integers(`${name}/shape`, shape)], name);
  }

  /** The model; sizes that are words are free. */
  encode(
    name: string,
    input: { name: string; dims: readonly (number | string)[] },
    output: { name: string; dims: readonly (number | string)[] },
  ): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: IR_VERSION,
      producerName: 'espalier',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: [valueInfo(input)],
        output: [valueInfo(output)],
      },
    });
    return onnx.ModelProto.encode(model).finish();
  }
}

function valueInfo({
  name,
  dims,
}: {
  name: string;
  dims: readonly (number | string)[];
}): onnxProto.onnx.IValueInfoProto {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
