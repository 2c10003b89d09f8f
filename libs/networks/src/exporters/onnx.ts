import { inferShapes, isVector, type ImageShape, type LayerGeometry } from '../graph/infer-shapes.js';
import { NetworkError, type Activation, type Network, type Padding } from '../graph/network.js';
import { flattenedOrder, isSameOrder, joinedOrder, type OnnxOrder } from '../formats/onnx-order.js';
import { transposed } from '../formats/transpose-axes.js';
import { weightOf, type NetworkWeights, type WeightTensor } from '../graph/weights.js';
import { OnnxGraph } from './onnx-graph.js';

const OPERATORS = {
  relu: 'Relu',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softplus: 'Softplus',
};

/** A tensor of the ONNX graph; of a vector, the order of its values where that is not ours. */
interface Flow {
  readonly name: string;
  readonly order?: OnnxOrder;
}

/**
 * A network as an ONNX model whose input, `image`, is [batch, channels, height, width] in [0, 1].
 *
 * @throws NetworkError when a layer is priced only
 */
export function exportOnnx(network: Network, weights: NetworkWeights): Uint8Array {
  return new OnnxWriter(network, weights).bytes();
}

class OnnxWriter {
  readonly #graph = new OnnxGraph();
  readonly #flows = new Map<string, Flow>([['input', { name: 'image' }]]);

  constructor(
    private readonly network: Network,
    private readonly weights: NetworkWeights,
  ) {}

  bytes(): Uint8Array {
    const { name, input, classes } = this.network;
    const { scale, offset } = input.preprocessing ?? { scale: [1 / 255], offset: [0] };
    let first = isVector(input) ? this.#graph.reshape('image/vector', 'image', [0, input.channels]) : 'image';
    if (scale.some((each) => each !== 1 / 255) || offset.some((each) => each !== 0)) {
      const scaled = scale.map((each) => each * 255);
      first = this.#rescale('preprocessing', first, input, scaled, offset);
    }
    this.#flows.set('input', { name: first });
    const geometries = inferShapes(this.network);
    for (const geometry of geometries) this.#layer(geometry);
    const last = this.#flows.get(geometries[geometries.length - 1].layer.name)?.name ?? '';
    this.#graph.node('Identity', [last], 'output');
    return this.#graph.encode(
      name,
      { name: 'image', dims: ['batch', input.channels, input.height, input.width] },
      { name: 'output', dims: ['batch', classes] },
    );
  }

  #layer({ layer, sources, inputs, input, output }: LayerGeometry): void {
    const { name } = layer;
    const flows = sources.map((source) => this.#flows.get(source) ?? { name: source });
    const [flow] = flows;
    const set = (made: string, order?: OnnxOrder): void => {
      this.#flows.set(name, { name: made, ...(order && isVector(output) && { order }) });
    };
    /**
     * What slides over images needs one: a vector becomes an image of one pixel, and the other way
     * round.
     */
    const image = (): string => {
      if (flow.order) throw new NetworkError(`${this.network.name}, layer ${name}: it slides over what was flattened`);
      return isVector(input) ? this.#graph.reshape(`${name}/image`, flow.name, [0, input.channels, 1, 1]) : flow.name;
    };
    const vector = (made: string): string =>
      isVector(output) ? this.#graph.reshape(`${name}/vector`, made, [0, output.channels]) : made;
    switch (layer.kind) {
      case 'conv2d': {
        const { groups = 1, dilation = 1, useBias = true, stride, kernelSize } = layer;
        const kernel = this.#weight(name, 'kernel');
        const data = transposed(kernel.data, kernel.shape, [3, 2, 0, 1]);
        const [height, width, channels, filters] = kernel.shape;
        const parameters = [this.#graph.constant(`${name}/kernel`, [filters, channels, height, width], data)];
        if (useBias) parameters.push(this.#graph.constant(`${name}/bias`, [filters], this.#weight(name, 'bias').data));
        const convolved = this.#graph.node('Conv', [image(), ...parameters], `${name}/product`, {
          kernel_shape: kernelSize,
          strides: [stride, stride],
          dilations: [dilation, dilation],
          group: groups,
          pads: explicitPadding(layer.padding, input, output, kernelSize, stride, dilation),
        });
        return set(this.#activate(name, vector(convolved), layer.activation));
      }
      case 'dense': {
        const { shape, data } = this.#weight(name, 'kernel');
        const [rows, columns] = shape;
        const placed = new Float32Array(data.length);
        for (let row = 0; row < rows; row++) {
          const ours = flow.order?.[row] ?? row;
          placed.set(data.subarray(ours * columns, (ours + 1) * columns), row * columns);
        }
        const parameters = [this.#graph.constant(`${name}/kernel`, shape, placed)];
        if (layer.useBias ?? true) {
          parameters.push(this.#graph.constant(`${name}/bias`, [columns], this.#weight(name, 'bias').data));
        }
        const product = this.#graph.node('Gemm', [flow.name, ...parameters], `${name}/product`);
        return set(this.#activate(name, product, layer.activation));
      }
      case 'batchNormalization': {
        const parameters = (['gamma', 'beta', 'mean', 'variance'] as const).map((role) =>
          this.#graph.constant(
            `${name}/${role}`,
            [input.channels],
            Float32Array.from(inOnnxOrder([...this.#weight(name, role).data], flow.order)),
          ),
        );
        const epsilon = { float: layer.epsilon };
        return set(this.#graph.node('BatchNormalization', [flow.name, ...parameters], name, { epsilon }), flow.order);
      }
      case 'activation':
        return set(this.#activate(name, flow.name, layer.activation, layer.slope), flow.order);
      case 'maxPooling2d':
      case 'averagePooling2d': {
        const { poolSize, stride, padding = 'valid' } = layer;
        const window: readonly [number, number] = [poolSize, poolSize];
        const pooled = this.#graph.node(
          layer.kind === 'maxPooling2d' ? 'MaxPool' : 'AveragePool',
          [image()],
          `${name}/pool`,
          {
            kernel_shape: window,
            strides: [stride, stride],
            ...poolPadding(explicitPadding(padding, input, output, window, stride, 1)),
          },
        );
        return set(vector(pooled));
      }
      case 'globalAveragePooling2d':
      case 'globalMaxPooling2d': {
        if (isVector(input)) return set(flow.name, flow.order);
        const operator = layer.kind === 'globalAveragePooling2d' ? 'GlobalAveragePool' : 'GlobalMaxPool';
        return set(vector(this.#graph.node(operator, [flow.name], `${name}/pool`)));
      }
      case 'flatten': {
        if (isVector(input)) return set(flow.name, flow.order);
        return set(this.#graph.node('Flatten', [flow.name], name, { axis: 1 }), flattenedOrder(input));
      }
      case 'zeroPadding2d': {
        const [top, left, bottom, right] = layer.padding;
        const pads = this.#graph.integers(`${name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
        return set(this.#graph.node('Pad', [image(), pads], name));
      }
      case 'rescaling':
        return set(
          this.#rescale(
            name,
            flow.name,
            input,
            inOnnxOrder(layer.scale, flow.order),
            inOnnxOrder(layer.offset, flow.order),
          ),
          flow.order,
        );
      case 'concatenate': {
        const order = joinedOrder(flows.map((each, i) => ({ channels: inputs[i].channels, order: each.order })));
        const names = flows.map((each) => each.name);
        return set(this.#graph.node('Concat', names, name, { axis: 1 }), order);
      }
      case 'add':
      case 'multiply': {
        if (!isSameOrder(flows.map(({ order }) => order))) {
          throw new NetworkError(`${this.network.name}, layer ${name}: its inputs were flattened in different ways`);
        }
        const alike = flows.map((each, i) =>
          !isVector(output) && isVector(inputs[i])
            ? this.#graph.reshape(`${name}/image${i}`, each.name, [0, inputs[i].channels, 1, 1])
            : each.name,
        );
        // One node for a sum of several, so that it is one sum again when it is read.
        if (layer.kind === 'add' && alike.length > 2)
          return set(this.#graph.node('Sum', alike, `${name}/0`), flow.order);
        const operator = layer.kind === 'add' ? 'Add' : 'Mul';
        return set(
          alike.slice(1).reduce((sum, each, i) => this.#graph.node(operator, [sum, each], `${name}/${i}`), alike[0]),
          flow.order,
        );
      }
      case 'transposedConv2d':
        throw new NetworkError(`${this.network.name}, layer ${name}: a transposed convolution is priced only`);
    }
  }

  #activate(layer: string, flow: string, activation: Activation, slope = 0.2): string {
    const output = `${layer}/${activation}`;
    switch (activation) {
      case 'linear':
        return flow;
      case 'relu6': {
        const bounds = [0, 6].map((bound) =>
          this.#graph.constant(`${layer}/bound${bound}`, [], Float32Array.of(bound)),
        );
        return this.#graph.node('Clip', [flow, ...bounds], output);
      }
      case 'leakyRelu':
        return this.#graph.node('LeakyRelu', [flow], output, { alpha: { float: slope } });
      case 'swish':
        return this.#graph.node('Mul', [flow, this.#graph.node('Sigmoid', [flow], `${output}/sigmoid`)], output);
      case 'relu':
      case 'elu':
      case 'sigmoid':
      case 'tanh':
      case 'softplus':
        return this.#graph.node(OPERATORS[activation], [flow], output);
      case 'softmax':
        return this.#graph.node('Softmax', [flow], output, { axis: 1 });
    }
  }

  #rescale(
    name: string,
    flow: string,
    { height, width }: ImageShape,
    scale: readonly number[],
    offset: readonly number[],
  ): string {
    const constant = (role: string, values: readonly number[]): string =>
      this.#graph.constant(
        `${name}/${role}`,
        height * width > 1 && values.length > 1 ? [1, values.length, 1, 1] : [values.length],
        Float32Array.from(values),
      );
    const scaled = this.#graph.node('Mul', [flow, constant('scale', scale)], `${name}/scaled`);
    return this.#graph.node('Add', [scaled, constant('offset', offset)], `${name}/shifted`);
  }

  #weight(layer: string, role: string): WeightTensor {
    return weightOf(this.weights, `${layer}/${role}`);
  }
}

/**
 * Without padding it is said by auto_pad: ONNX Runtime puts a Pad before a pool into the pool's
 * pads, where zeros are not what a maximum sees.
 */
function poolPadding(pads: readonly number[]): { pads: readonly number[] } | { auto_pad: { text: string } } {
  return pads.some((edge) => edge > 0) ? { pads } : { auto_pad: { text: 'VALID' } };
}

/** top, left, bottom, right: of TensorFlow's `same`, the odd row comes last. */
function explicitPadding(
  padding: Padding,
  input: ImageShape,
  output: ImageShape,
  [kernelHeight, kernelWidth]: readonly [number, number],
  stride: number,
  dilation: number,
): readonly number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const missing = (size: number, outputs: number, kernel: number): number =>
    Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size);
  const rows = missing(input.height, output.height, kernelHeight);
  const columns = missing(input.width, output.width, kernelWidth);
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)];
}

/** One number for all channels, or one for each in our order. */
const inOnnxOrder = (values: readonly number[], order: OnnxOrder | undefined): readonly number[] =>
  order && values.length > 1 ? order.map((at) => values[at]) : values;
