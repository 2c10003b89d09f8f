import type onnxProto from 'onnx-proto';
import { outputShape, type ImageShape } from '../infer-shapes.js';
import { NetworkError, type Activation, type Layer, type Pooling2d } from '../network.js';
import { transposed } from '../transpose-axes.js';
import type { WeightTensor } from '../weights.js';
import { checked, LayerNames, type ImportedModel } from './imported-model.js';
import { decodeOnnx } from './decode-onnx.js';
import { OnnxAttributes } from './onnx-attributes.js';
import { onnxTensor, type OnnxConstant } from './onnx-tensors.js';

type Node = onnxProto.onnx.INodeProto;
type Graph = onnxProto.onnx.IGraphProto;

/** A tensor of the graph as one of ours. */
interface Flow {
  /** The layer that makes it, or `input`. */
  readonly name: string;
  readonly shape: ImageShape;
  /**
   * ONNX lays images out as channels × height × width. A vector that was flattened from one has its values in another
   * order than ours: for each place in ONNX's the place in ours. Undefined where they are the same.
   */
  readonly order?: readonly number[];
  /** Whether it is an image of height × width × channels in ONNX too, after a Transpose. */
  readonly channelsLast?: boolean;
}

const ACTIVATIONS: Record<string, Activation> = {
  Relu: 'relu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Softplus: 'softplus',
  Softmax: 'softmax',
};
/** Operators that change nothing when a trained network answers. */
const IDLE = new Set(['Identity', 'Dropout', 'Cast']);

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
    if (last.shape.height * last.shape.width !== 1) {
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
    const attributes = new OnnxAttributes(node, refuse);
    const output = node.output?.[0] ?? '';
    const inputs = (node.input ?? []).filter((each) => each !== '');
    const flows = inputs.flatMap((each) => this.#flows.get(each) ?? []);
    if (flows.length === 0) {
      this.#fold(node, operator, output, inputs);
      return;
    }
    const [flow] = flows;
    const constants = inputs.map((each) => this.#constants.get(each));
    const constant = (at: number, what: string): OnnxConstant =>
      constants[at] ?? refuse(`its ${what} (${inputs[at] ?? 'missing'}) is not a constant of the file`);
    const add = (layer: Layer, order = flow.order): string => {
      const shapes = new Map(flows.map((each) => [each.name, each.shape]));
      const from = layer.from ?? [];
      const before = this.#shapeOf;
      const taken = from.map((source) => shapes.get(source) ?? before(source));
      const shape = outputShape(layer, taken, refuse);
      this.#layers.push(layer);
      this.#flows.set(output, {
        name: layer.name,
        shape,
        order: order && shape.height * shape.width === 1 ? order : undefined,
      });
      return layer.name;
    };
    const name = (): string => this.#names.make(label.replace(/^\/+/, ''));
    const from = [flow.name];
    const passes = (changed: Partial<Flow> = {}): void => {
      this.#flows.set(output, { ...flow, ...changed });
    };
    const weight = (layer: string, role: string, shape: readonly number[], data: Float32Array): void => {
      this.#weights.set(`${layer}/${role}`, { shape, data });
    };
    if (flow.channelsLast && operator !== 'Transpose')
      refuse('it takes an image with the channels last; ONNX puts them first');
    if (IDLE.has(operator)) return passes();
    if (Object.hasOwn(ACTIVATIONS, operator)) {
      const activation = ACTIVATIONS[operator];
      add({ kind: 'activation', name: name(), from, activation });
      return;
    }
    switch (operator) {
      case 'Conv': {
        const { shape, data } = constant(1, 'weights');
        if (shape.length !== 4) refuse(`weights of ${shape.length} dimensions; images need 4`);
        const [filters, inputChannels, kernelHeight, kernelWidth] = shape;
        const groups = attributes.integer('group', 1);
        const dilation = attributes.equal('dilations');
        const hasBias = inputs.length > 2;
        const layer: Layer = {
          kind: 'conv2d',
          name: name(),
          from,
          filters,
          kernelSize: [kernelHeight, kernelWidth],
          stride: attributes.equal('strides'),
          padding: attributes.padding(),
          ...(dilation > 1 && { dilation }),
          ...(groups > 1 && { groups }),
          useBias: hasBias,
          activation: 'linear',
        };
        add(layer);
        const kernel = transposed(data, shape, [2, 3, 1, 0]);
        weight(layer.name, 'kernel', [kernelHeight, kernelWidth, inputChannels, filters], kernel);
        if (hasBias) weight(layer.name, 'bias', [filters], constant(2, 'bias').data);
        return;
      }
      case 'Gemm':
      case 'MatMul': {
        const { shape, data } = constant(1, 'weights');
        if (shape.length !== 2) refuse(`weights of ${shape.length} dimensions; a dense layer has 2`);
        if (operator === 'Gemm') {
          if (
            attributes.float('alpha', 1) !== 1 ||
            attributes.float('beta', 1) !== 1 ||
            attributes.integer('transA', 0)
          ) {
            refuse('alpha, beta or transA are not what they are in a dense layer');
          }
        }
        const isTransposed = operator === 'Gemm' && attributes.integer('transB', 0) === 1;
        const [rows, columns] = isTransposed ? [shape[1], shape[0]] : shape;
        if (rows !== flow.shape.height * flow.shape.width * flow.shape.channels) {
          refuse(`its weights have ${rows} rows, its input has ${flow.shape.channels} values`);
        }
        const kernel = isTransposed ? transposed(data, shape, [1, 0]) : data;
        const hasBias = inputs.length > 2;
        const layer: Layer = {
          kind: 'dense',
          name: name(),
          from,
          units: columns,
          useBias: hasBias,
          activation: 'linear',
        };
        const { order } = flow;
        add(layer);
        this.#flows.set(output, { name: layer.name, shape: { height: 1, width: 1, channels: columns } });
        const placed = new Float32Array(kernel.length);
        for (let row = 0; row < rows; row++) {
          placed.set(kernel.subarray(row * columns, (row + 1) * columns), (order?.[row] ?? row) * columns);
        }
        weight(layer.name, 'kernel', [rows, columns], placed);
        if (hasBias) weight(layer.name, 'bias', [columns], constant(2, 'bias').data);
        return;
      }
      case 'BatchNormalization': {
        const layer: Layer = {
          kind: 'batchNormalization',
          name: name(),
          from,
          epsilon: attributes.float('epsilon', 1e-5),
          momentum: attributes.float('momentum', 0.9),
        };
        add(layer);
        for (const [at, role] of ['gamma', 'beta', 'mean', 'variance'].entries()) {
          const { data } = constant(at + 1, role);
          weight(layer.name, role, [data.length], ordered(data, flow.order));
        }
        return;
      }
      case 'Clip': {
        const limit = (at: number, attribute: string): number | undefined =>
          constants[at]?.data[0] ?? (attributes.float(attribute, NaN) || undefined);
        const [low, high] = [limit(1, 'min') ?? attributes.float('min', 0), limit(2, 'max')];
        if (low !== 0 || high !== 6) refuse(`clipping to ${low} and ${high} is not known; to 0 and 6 is`);
        add({ kind: 'activation', name: name(), from, activation: 'relu6' });
        return;
      }
      case 'LeakyRelu': {
        const slope = attributes.float('alpha', 0.01);
        add({ kind: 'activation', name: name(), from, activation: 'leakyRelu', slope });
        return;
      }
      case 'Elu':
        if (attributes.float('alpha', 1) !== 1) refuse('an ELU whose alpha is not 1 is not known');
        add({ kind: 'activation', name: name(), from, activation: 'elu' });
        return;
      case 'MaxPool':
      case 'AveragePool':
        this.#pool(operator, attributes, flow, name(), add, refuse);
        return;
      case 'GlobalAveragePool':
      case 'GlobalMaxPool': {
        const kind = operator === 'GlobalAveragePool' ? 'globalAveragePooling2d' : 'globalMaxPooling2d';
        add({ kind, name: name(), from });
        return;
      }
      case 'ReduceMean': {
        const axes = attributes.integers('axes') ?? [...(constants[1]?.data ?? [])];
        if (
          [...axes]
            .map((axis) => (axis < 0 ? axis + 4 : axis))
            .sort()
            .join() !== '2,3'
        ) {
          refuse(`a mean over axes ${axes.join(', ')} is not known; over height and width is`);
        }
        add({ kind: 'globalAveragePooling2d', name: name(), from });
        return;
      }
      case 'Flatten':
      case 'Reshape':
      case 'Squeeze':
      case 'Unsqueeze': {
        const { height, width, channels } = flow.shape;
        if (height * width === 1) return passes();
        if (operator === 'Squeeze' || operator === 'Unsqueeze')
          refuse('it takes an image; only vectors can be squeezed');
        const target = constants[1]?.data;
        if (operator === 'Reshape' && target && target.length !== 2) {
          refuse(`a reshape to [${target.join(', ')}] is not known; to a vector is`);
        }
        if (operator === 'Flatten' && attributes.integer('axis', 1) !== 1)
          refuse('only flattening from axis 1 on is known');
        const order = Array.from({ length: channels * height * width }, (_, at) => {
          const channel = Math.floor(at / (height * width));
          return (at % (height * width)) * channels + channel;
        });
        add({ kind: 'flatten', name: name(), from }, order);
        return;
      }
      case 'Pad': {
        const pads = attributes.integers('pads') ?? [...(constants[1]?.data ?? [])];
        const mode = attributes.text('mode') ?? 'constant';
        const value = constants[2]?.data[0] ?? attributes.float('value', 0);
        if (mode !== 'constant' || value !== 0 || pads.length !== 8 || [0, 1, 4, 5].some((axis) => pads[axis] !== 0)) {
          refuse('only rows and columns of zeros can be added');
        }
        add({ kind: 'zeroPadding2d', name: name(), from, padding: [pads[2], pads[3], pads[6], pads[7]] });
        return;
      }
      case 'Transpose':
        this.#transpose(attributes, flow, output, refuse);
        return;
      case 'Concat': {
        const axis = attributes.integer('axis', 1);
        if (flows.length !== inputs.length)
          refuse('one of its inputs is a constant; only what the network makes is joined');
        if (axis !== 1 && axis !== (flow.shape.height * flow.shape.width === 1 ? -1 : -3)) {
          refuse(`it joins along axis ${axis}; only channels can be joined`);
        }
        let before = 0;
        const joined = flows.flatMap(({ order, shape }) => {
          const own = Array.from({ length: shape.channels }, (_, at) => before + (order?.[at] ?? at));
          before += shape.channels;
          return own;
        });
        const isReordered = flows.some(({ order }) => order !== undefined);
        add(
          { kind: 'concatenate', name: name(), from: flows.map((each) => each.name) },
          isReordered ? joined : undefined,
        );
        return;
      }
      case 'Add':
      case 'Sum':
      case 'Mul':
      case 'Sub':
      case 'Div':
        this.#arithmetic(operator, flows, constants, name, add, refuse);
        return;
      default:
        refuse('this operator is not known');
    }
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

  readonly #shapeOf = (layer: string): ImageShape => {
    const found = [...this.#flows.values()].find(({ name }) => name === layer);
    if (!found) throw new NetworkError(`${this.name}: there is no layer '${layer}' to take from`);
    return found.shape;
  };

  #pool(
    operator: 'MaxPool' | 'AveragePool',
    attributes: OnnxAttributes,
    { name: source, shape }: Flow,
    name: string,
    add: (layer: Layer) => string,
    refuse: (problem: string) => never,
  ): void {
    const [poolSize, other] = attributes.integers('kernel_shape') ?? refuse('it has no kernel_shape');
    if (poolSize !== other) refuse(`a window of ${poolSize} × ${other}: only square ones are known`);
    const stride = attributes.equal('strides');
    if (attributes.equal('dilations') !== 1) refuse('a dilated window is not known');
    const stated = attributes.padding();
    let padding = stated;
    if (attributes.integer('ceil_mode', 0) === 1 && stated !== 'same') {
      // A last window that reaches over the edge: as much padding more.
      const [top, left, bottom, right] = stated === 'valid' ? [0, 0, 0, 0] : stated;
      const beyond = (size: number): number => (stride - ((size - poolSize) % stride)) % stride;
      padding = [top, left, bottom + beyond(shape.height + top + bottom), right + beyond(shape.width + left + right)];
    }
    const kind: Pooling2d['kind'] = operator === 'MaxPool' ? 'maxPooling2d' : 'averagePooling2d';
    const countsPadding = operator === 'AveragePool' && attributes.integer('count_include_pad', 0) === 1;
    if (countsPadding && typeof padding !== 'string') {
      if (padding !== stated) refuse('padding that counts, with windows over the edge, is not known');
      const padded = this.#names.make(`${name}_pad`);
      const layer: Layer = { kind: 'zeroPadding2d', name: padded, from: [source], padding };
      this.#flows.set(padded, { name: padded, shape: outputShape(layer, [shape], refuse) });
      this.#layers.push(layer);
      add({ kind, name, from: [padded], poolSize, stride, padding: 'valid' });
      return;
    }
    add({ kind, name, from: [source], poolSize, stride, padding });
  }

  #transpose(attributes: OnnxAttributes, flow: Flow, output: string, refuse: (problem: string) => never): void {
    const permutation = (attributes.integers('perm') ?? []).join();
    const { height, width } = flow.shape;
    if (flow.channelsLast && permutation === '0,3,1,2') this.#flows.set(output, { ...flow, channelsLast: false });
    else if (!flow.channelsLast && permutation === '0,2,3,1')
      this.#flows.set(output, { ...flow, channelsLast: height * width > 1 });
    else if (height * width === 1) this.#flows.set(output, flow);
    else refuse(`a transpose by [${permutation}] is not known`);
  }

  #arithmetic(
    operator: string,
    flows: readonly Flow[],
    constants: readonly (OnnxConstant | undefined)[],
    name: () => string,
    add: (layer: Layer) => string,
    refuse: (problem: string) => never,
  ): void {
    const [flow, second] = flows;
    const isProduct = operator === 'Mul' || operator === 'Div';
    if (second) {
      if (operator === 'Sub' || operator === 'Div') refuse('a difference or quotient of two tensors is not known');
      const [last] = this.#layers.slice(-1);
      const isSwish =
        isProduct &&
        last.kind === 'activation' &&
        last.activation === 'sigmoid' &&
        last.name === second.name &&
        last.from?.[0] === flow.name;
      if (isSwish) {
        add({ kind: 'activation', name: name(), from: [flow.name], activation: 'swish' });
        return;
      }
      if (flows.some(({ order }) => order?.join() !== flow.order?.join()))
        refuse('its inputs were flattened in different ways');
      add({ kind: isProduct ? 'multiply' : 'add', name: name(), from: flows.map((each) => each.name) });
      return;
    }
    const at = constants.findIndex((each) => each !== undefined);
    const constant = constants[at] ?? refuse('its other input is not a constant of the file');
    if ((operator === 'Sub' || operator === 'Div') && at === 0)
      refuse('a constant minus or over a tensor is not known');
    const { channels } = flow.shape;
    const { data } = constant;
    if (data.length !== 1 && data.length !== channels) {
      refuse(`a constant of [${constant.shape.join(', ')}] does not fit ${channels} channels`);
    }
    const values = [...(data.length === 1 ? data : ordered(data, flow.order))];
    const [scale, offset] = isProduct
      ? [values.map((value) => (operator === 'Div' ? 1 / value : value)), [0]]
      : [[1], values.map((value) => (operator === 'Sub' ? -value : value))];
    add({ kind: 'rescaling', name: name(), from: [flow.name], scale, offset });
  }
}

/** Values for ONNX's order of a vector in ours. */
function ordered(values: Float32Array, order: readonly number[] | undefined): Float32Array {
  if (!order) return values;
  const placed = new Float32Array(values.length);
  order.forEach((at, from) => (placed[at] = values[from]));
  return placed;
}
