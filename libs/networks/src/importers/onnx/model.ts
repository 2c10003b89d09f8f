import type onnxProto from 'onnx-proto';
import { isVector, outputShape, type ImageShape } from '../../graph/infer-shapes.js';
import { NetworkError, type Layer } from '../../graph/network.js';
import { sizeOf, type WeightTensor } from '../../graph/weights.js';
import { checked, LayerNames, type ImportedModel, type ImportPurpose } from '../imported-model.js';
import { decodeOnnx, type DecodedOnnx } from './decode-onnx.js';
import { OnnxAttributes } from './attributes.js';
import { foldConstants } from './folding.js';
import { IMAGE_OPERATORS } from './image-operators.js';
import type { Flow, OnnxLayout, OnnxOperator } from './node.js';
import { SHAPE_OPERATORS } from './shape-operators.js';
import { FLOATING_TYPES, onnxTensor, type OnnxConstant } from './tensors.js';
import { WEIGHTED_OPERATORS } from './weighted-operators.js';

type Node = onnxProto.onnx.INodeProto;

const OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  ...WEIGHTED_OPERATORS,
  ...IMAGE_OPERATORS,
  ...SHAPE_OPERATORS,
};

/** Operators that put tensors of the network together; others take one, and constants. */
const OF_SEVERAL: ReadonlySet<string> = new Set(['Add', 'Sum', 'Sub', 'Mul', 'Div', 'Concat', 'MatMul', 'Gemm']);

/**
 * An ONNX model that classifies images, with its weights.
 *
 * @param purpose what for: to `price` it, weights may be missing, and it may end in an image
 * @throws NetworkError naming the node that is not known, or the tensor that is missing
 */
export function importOnnx(bytes: Uint8Array, name: string, purpose: ImportPurpose = 'run'): ImportedModel {
  return importDecodedOnnx(decodeOnnx(bytes, name), name, purpose);
}

/** As `importOnnx`, of a file that is decoded. */
export function importDecodedOnnx(decoded: DecodedOnnx, name: string, purpose: ImportPurpose): ImportedModel {
  return new OnnxReader(decoded, name, purpose).model();
}

class OnnxReader {
  readonly #flows = new Map<string, Flow>();
  readonly #constants = new Map<string, OnnxConstant>();
  readonly #layers: Layer[] = [];
  readonly #weights = new Map<string, WeightTensor>();
  readonly #missingWeights: string[] = [];
  readonly #priceOnly: string[] = [];
  readonly #names = new LayerNames();
  readonly #graph: DecodedOnnx['graph'];
  #fixedBatch: number | undefined;
  #isInputUsed = false;
  #input: ImageShape = { height: 1, width: 1, channels: 1 };

  constructor(
    private readonly decoded: DecodedOnnx,
    private readonly name: string,
    private readonly purpose: ImportPurpose,
  ) {
    this.#graph = decoded.graph;
  }

  model(): ImportedModel {
    for (const tensor of this.#graph.initializer ?? []) {
      this.#constants.set(tensor.name ?? '', onnxTensor(tensor, this.name));
    }
    const inputs = (this.#graph.input ?? []).filter(({ name }) => !this.#constants.has(name ?? ''));
    const images = inputs.filter((input) => !this.#isParameter(input));
    if (images.length !== 1) {
      const names = images.map(({ name }) => name).join(', ') || 'none';
      throw new NetworkError(`${this.name} has ${images.length} inputs (${names}); one image is needed`);
    }
    const [image] = images;
    const type = image.type?.tensorType?.elemType ?? 1;
    if (!FLOATING_TYPES.has(type)) {
      this.#priceOnly.push(
        `${this.name}: its input is of ONNX's type ${type}; pixels as floating-point numbers can be run`,
      );
    }
    this.#flows.set(image.name ?? '', this.#inputFlow(image.name ?? '', dimsOf(image)));
    const output = this.#graph.output?.[0]?.name ?? '';
    const needed = this.#nodesBehind(output);
    for (const [i, node] of (this.#graph.node ?? []).entries()) if (needed.has(node)) this.#read(node, i);
    const last = this.#flows.get(output);
    if (!last || this.#layers.length === 0)
      throw new NetworkError(`${this.name}: nothing makes its output '${output}'`);
    if (this.purpose !== 'price') this.#checkAnswers(last);
    // What comes after the output's layer is of no use to it.
    const end = this.#layers.findIndex(({ name }) => name === last.name);
    const layers = this.#layers.slice(0, end + 1);
    const kept = new Set(layers.map(({ name }) => name));
    const isKept = (weight: string): boolean => kept.has(weight.slice(0, weight.lastIndexOf('/')));
    return checked(
      {
        network: { name: this.name, input: this.#input, classes: last.shape.channels, layers },
        weights: new Map([...this.#weights].filter(([weight]) => isKept(weight))),
        missingWeights: this.#missingWeights.filter(isKept),
        priceOnly: this.#priceOnly,
      },
      this.purpose,
    );
  }

  /** The nodes that the network's output is made of. */
  #nodesBehind(output: string): ReadonlySet<Node> {
    const wanted = new Set([output]);
    const needed = new Set<Node>();
    // Nodes come after those that they take from.
    for (const node of [...(this.#graph.node ?? [])].reverse()) {
      if (!node.output?.some((each) => wanted.has(each))) continue;
      needed.add(node);
      for (const each of node.input ?? []) wanted.add(each);
    }
    return needed;
  }

  #checkAnswers(last: Flow): void {
    if (!isVector(last.shape)) {
      throw new NetworkError(`${this.name} ends in an image; a network that classifies ends in a vector`);
    }
    if (last.order) {
      throw new NetworkError(`${this.name} ends in a flattened image; a network that classifies ends in a vector`);
    }
  }

  /**
   * Whether an input of the graph is a weight whose values the file leaves out: it is never a
   * node's first input.
   */
  #isParameter(input: onnxProto.onnx.IValueInfoProto): boolean {
    const name = input.name ?? '';
    const users = (this.#graph.node ?? []).filter((node) => node.input?.includes(name));
    if (users.length === 0 || users.some((node) => node.input?.[0] === name)) return false;
    const shape = dimsOf(input);
    this.#constants.set(name, { shape, data: new Float32Array(), isMissing: true });
    return true;
  }

  /**
   * [batch, channels, height, width]; or with the channels last, where a Transpose comes first; or
   * [batch, values].
   */
  #inputFlow(image: string, dims: readonly number[]): Flow {
    const [, ...rest] = dims;
    if (![1, 3].includes(rest.length) || rest.some((size) => !(size > 0))) {
      throw new NetworkError(
        `${this.name}: its input is [${dims.map((size) => (size > 0 ? size : '?')).join(', ')}]; channels, height and width must be fixed when it is exported, of a two-dimensional image`,
      );
    }
    const isChannelsLast = (this.#graph.node ?? []).some(
      (node) =>
        node.opType === 'Transpose' &&
        node.input?.[0] === image &&
        new OnnxAttributes(node, () => undefined as never).integers('perm')?.join() === '0,3,1,2',
    );
    if (rest.length === 1) this.#input = { height: 1, width: 1, channels: rest[0] };
    else if (isChannelsLast) this.#input = { height: rest[0], width: rest[1], channels: rest[2] };
    else this.#input = { channels: rest[0], height: rest[1], width: rest[2] };
    this.#fixedBatch = dims[0] > 0 ? dims[0] : undefined;
    const isImage = rest.length === 3;
    return { name: 'input', shape: this.#input, dims: rest, ...(isImage && isChannelsLast && { channelsLast: true }) };
  }

  #read(node: Node, index: number): void {
    const operator = node.opType ?? '';
    const label = node.name || node.output?.[0] || `${operator}_${index}`;
    const called = `${this.name}, node ${label} (${operator})`;
    const refuse = (problem: string): never => {
      throw new NetworkError(`${called}: ${problem}`);
    };
    const output = node.output?.[0] ?? '';
    const inputs = node.input ?? [];
    const flows = inputs.flatMap((each) => this.#flows.get(each) ?? []);
    const constants = inputs.map((each) => this.#constants.get(each));
    const attributes = new OnnxAttributes(node, refuse);
    const isOwn = !node.domain || node.domain === 'ai.onnx';
    if (!isOwn && flows.length > 0) refuse(`operators of the domain ${node.domain} are not known`);
    if (!isOwn) return;
    if (flows.length === 0) {
      const made = foldConstants({ node, attributes, inputs: constants, name: this.name });
      if (made) this.#constants.set(output, made);
      return;
    }
    if (operator === 'Shape') {
      const dims = [NaN, ...flows[0].dims].slice(attributes.integer('start', 0), attributes.integer('end', 9));
      this.#constants.set(output, { shape: [dims.length], data: Float32Array.from(dims) });
      return;
    }
    const unknown = inputs.find((each) => each !== '' && !this.#flows.has(each) && !this.#constants.has(each));
    if (unknown !== undefined) refuse(`its input ${unknown} is neither made by the network nor a constant of the file`);
    if (flows.length > 1 && !OF_SEVERAL.has(operator)) {
      refuse('it takes several tensors of the network; one, with constants, is known');
    }
    const read = Object.hasOwn(OPERATORS, operator)
      ? OPERATORS[operator]
      : refuse(`this operator is not known; known are ${Object.keys(OPERATORS).join(', ')}`);
    const known = new Map(flows.map((flow) => [flow.name, flow.shape]));
    const insert = (layer: Layer): Flow => {
      const taken = (layer.from ?? []).map((source) => known.get(source) ?? flows[0].shape);
      const shape = outputShape(layer, taken, refuse);
      known.set(layer.name, shape);
      this.#layers.push(layer);
      return { name: layer.name, shape, dims: [shape.channels, shape.height, shape.width] };
    };
    const set = (flow: Flow): void => void this.#flows.set(output, flow);
    read({
      ...{
        operator,
        opset: this.decoded.opset,
        fixedBatch: this.#fixedBatch,
        attributes,
        flows,
        constants,
        insert,
        refuse,
      },
      constant: (at, what) =>
        constants[at] ?? refuse(`its ${what} (${inputs[at] ?? 'missing'}) is not a constant of the file`),
      image: () => {
        if (flows[0].order) refuse('it takes a vector that was flattened; images are known');
        if (flows[0].channelsLast) refuse('it takes an image with the channels last; ONNX puts them first');
        const { dims, shape } = flows[0];
        if (dims.join() !== [shape.channels, shape.height, shape.width].join()) {
          refuse(`it takes [batch, ${dims.join(', ')}]; images are [batch, channels, height, width]`);
        }
        return flows[0];
      },
      name: (suffix = '') => this.#names.make(label.replace(/^\/+/, '') + suffix),
      add: (layer, layout) => {
        const { name, shape, dims } = insert(layer);
        const { order, channelsLast, dims: own = dims } = layout ?? ({} as Partial<OnnxLayout>);
        if (sizeOf(own) !== sizeOf(dims))
          refuse(`it gives [${own.join(', ')}] where the layer gives [${dims.join(', ')}]`);
        set({
          name,
          shape,
          dims: own,
          ...(order && isVector(shape) && { order }),
          ...(channelsLast && { channelsLast }),
        });
      },
      passes: set,
      pricedAs: (flow, problem) => {
        this.#priceOnly.push(`${called}: ${problem}`);
        set(flow);
      },
      inputBecomes: (shape) => {
        if (this.#isInputUsed) refuse('the network takes its input in another shape, too; one shape is known');
        this.#input = shape;
        set({ name: 'input', shape, dims: [shape.channels, shape.height, shape.width] });
      },
      weight: (layer, role, shape, { data, isMissing }) => {
        const weight = `${layer}/${role}`;
        if (!isMissing && data.length !== sizeOf(shape)) {
          refuse(`its ${role} has ${data.length} values, [${shape.join(', ')}] are needed`);
        }
        if (isMissing) this.#missingWeights.push(weight);
        else this.#weights.set(weight, { shape, data });
      },
      lastLayer: () => this.#layers.at(-1),
    });
    if (flows.some(({ name }) => name === 'input')) this.#isInputUsed = true;
  }
}

/** The sizes that the file states of a tensor; -1 for one that is not fixed. */
function dimsOf({ type }: onnxProto.onnx.IValueInfoProto): number[] {
  return (type?.tensorType?.shape?.dim ?? []).map(({ dimValue, dimParam }) => (dimParam ? -1 : Number(dimValue)));
}
