import type onnxProto from 'onnx-proto';
import { isVector, outputShape } from '../infer-shapes.js';
import { NetworkError, type Layer } from '../network.js';
import type { WeightTensor } from '../weights.js';
import { checked, LayerNames, type ImportedModel } from './imported-model.js';
import { decodeOnnx } from './decode-onnx.js';
import { OnnxAttributes } from './onnx-attributes.js';
import { IMAGE_OPERATORS } from './onnx-image-operators.js';
import type { Flow, OnnxOperator } from './onnx-node.js';
import { onnxTensor, type OnnxConstant } from './onnx-tensors.js';
import { WEIGHTED_OPERATORS } from './onnx-weighted-operators.js';

type Node = onnxProto.onnx.INodeProto;
type Graph = onnxProto.onnx.IGraphProto;

const OPERATORS: Readonly<Record<string, OnnxOperator>> = { ...WEIGHTED_OPERATORS, ...IMAGE_OPERATORS };

/**
 * An ONNX model that classifies images, with its weights.
 *
 * @throws NetworkError naming the node that is not known, or the tensor that is missing
 */
export function importOnnx(bytes: Uint8Array, name: string): ImportedModel {
  return new OnnxReader(decodeOnnx(bytes, name), name).model();
}

class OnnxReader {
  readonly #flows = new Map<string, Flow>();
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #layers: Layer[] = [];
  readonly #weights = new Map<string, WeightTensor>();
  readonly #names = new LayerNames();

  constructor(
    private readonly graph: Graph,
    private readonly name: string,
  ) {}

  model(): ImportedModel {
    for (const tensor of this.graph.initializer ?? []) {
      this.#constants.set(tensor.name ?? '', onnxTensor(tensor, this.name));
    }
    const inputs = (this.graph.input ?? []).filter(({ name }) => !this.#constants.has(name ?? ''));
    if (inputs.length !== 1) {
      const names = inputs.map(({ name }) => name).join(', ') || 'none';
      throw new NetworkError(`${this.name} has ${inputs.length} inputs (${names}); one image is needed`);
    }
    const [{ name: inputName, type }] = inputs;
    const dims = (type?.tensorType?.shape?.dim ?? []).map(({ dimValue, dimParam }) =>
      dimParam ? -1 : Number(dimValue),
    );
    const input = this.#input(dims);
    this.#flows.set(inputName ?? '', input);
    for (const [i, node] of (this.graph.node ?? []).entries()) this.#read(node, i);
    const output = this.graph.output?.[0]?.name ?? '';
    const last = this.#flows.get(output);
    if (!last || this.#layers.length === 0)
      throw new NetworkError(`${this.name}: nothing makes its output '${output}'`);
    if (!isVector(last.shape)) {
      throw new NetworkError(`${this.name} ends in an image; a network that classifies ends in a vector`);
    }
    // What comes after the output's layer is of no use to it.
    const end = this.#layers.findIndex(({ name }) => name === last.name);
    const layers = this.#layers.slice(0, end + 1);
    return checked({
      network: { name: this.name, input: input.shape, classes: last.shape.channels, layers },
      weights: this.#weights,
    });
  }

  /** [batch, channels, height, width]; or with the channels last, where a Transpose comes first; or [batch, values]. */
  #input(dims: readonly number[]): Flow {
    const [, ...rest] = dims;
    if (![1, 3].includes(rest.length) || rest.some((size) => !(size > 0))) {
      throw new NetworkError(
        `${this.name}: its input is [${dims.join(', ')}]; channels, height and width must be fixed when it is exported`,
      );
    }
    if (rest.length === 1) return { name: 'input', shape: { height: 1, width: 1, channels: rest[0] } };
    const [channels, height, width] = rest;
    const isChannelsLast = (this.graph.node ?? []).some(
      ({ opType, input }) => opType === 'Transpose' && input?.[0] === this.graph.input?.[0]?.name,
    );
    return isChannelsLast
      ? { name: 'input', shape: { height: channels, width: height, channels: width }, channelsLast: true }
      : { name: 'input', shape: { channels, height, width } };
  }

  #read(node: Node, index: number): void {
    const operator = node.opType ?? '';
    const label = node.name || node.output?.[0] || `${operator}_${index}`;
    const refuse = (problem: string): never => {
      throw new NetworkError(`${this.name}, node ${label} (${operator}): ${problem}`);
    };
    const output = node.output?.[0] ?? '';
    const inputs = (node.input ?? []).filter((each) => each !== '');
    const flows = inputs.flatMap((each) => this.#flows.get(each) ?? []);
    if (flows.length === 0) {
      this.#fold(node, operator, output, inputs);
      return;
    }
    if (flows[0].channelsLast && operator !== 'Transpose') {
      refuse('it takes an image with the channels last; ONNX puts them first');
    }
    const known = new Map(flows.map((flow) => [flow.name, flow.shape]));
    const insert = (layer: Layer): Flow => {
      const taken = (layer.from ?? []).map((source) => known.get(source) ?? flows[0].shape);
      const flow = { name: layer.name, shape: outputShape(layer, taken, refuse) };
      known.set(flow.name, flow.shape);
      this.#layers.push(layer);
      return flow;
    };
    const constants = inputs.map((each) => this.#constants.get(each));
    const read = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : refuse('this operator is not known');
    read({
      operator,
      attributes: new OnnxAttributes(node, refuse),
      flows,
      constants,
      constant: (at, what) =>
        constants[at] ?? refuse(`its ${what} (${inputs[at] ?? 'missing'}) is not a constant of the file`),
      image: () => (flows[0].order ? refuse('it takes a vector that was flattened; images are known') : flows[0]),
      name: (suffix = '') => this.#names.make(label.replace(/^\/+/, '') + suffix),
      add: (layer, order) => {
        const flow = insert(layer);
        this.#flows.set(output, order && isVector(flow.shape) ? { ...flow, order } : flow);
      },
      insert,
      passes: (flow) => void this.#flows.set(output, flow),
      weight: (layer, role, shape, data) => void this.#weights.set(`${layer}/${role}`, { shape, data }),
      lastLayer: () => this.#layers.at(-1),
      refuse,
    });
  }

  /** Constants that are made from constants: only as far as they say shapes. */
  #fold(node: Node, operator: string, output: string, inputs: readonly string[]): void {
    if (operator === 'Constant') {
      const value = (node.attribute ?? []).find(({ name }) => name === 'value')?.t;
      if (value) this.#constants.set(output, onnxTensor(value, this.name));
      return;
    }
    const source = this.#constants.get(inputs[0] ?? '');
    if (source && ['Identity', 'Cast', 'Unsqueeze', 'Squeeze', 'Reshape'].includes(operator)) {
      this.#constants.set(output, source);
    }
  }
}
