import { inferShapes, type LayerGeometry } from '../graph/infer-shapes.js';
import { NetworkError, type Activation, type Network, type Padding } from '../graph/network.js';

/**
 * A layer as Keras, and tfjs after it, write it down: `inbound` are the layers whose outputs it
 * takes.
 */
export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound: readonly string[];
  /**
   * Our names of the layer's weights, in Keras's order, with Keras's own name and shape of each.
   */
  readonly weights: readonly { readonly ours: string; readonly keras: string; readonly shape: readonly number[] }[];
}

const ACTIVATION_NAMES: Record<Activation, string> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  leakyRelu: 'leaky_relu',
  elu: 'elu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  swish: 'swish',
  softmax: 'softmax',
};

const CHANNELS_LAST = { data_format: 'channels_last' };

/**
 * A network as a functional Keras model whose input is an image in [0, 1]: what the network does to
 * bytes, if more than that, becomes a Rescaling layer at the start.
 *
 * @throws NetworkError when Keras has no layer for one of the network's
 */
export function kerasTopology(network: Network): KerasLayer[] {
  const { height, width, channels, preprocessing } = network.input;
  const layers: KerasLayer[] = [];
  const add = (className: string, name: string, config: object, inbound: readonly string[]): string => {
    layers.push({
      className,
      name,
      config: { name, trainable: true, dtype: 'float32', ...config },
      inbound,
      weights: [],
    });
    return name;
  };
  const inputName = unusedName(network, 'input_image');
  add('InputLayer', inputName, { batch_input_shape: [null, height, width, channels] }, []);
  /** What stands for each of our layers, and whether it is a vector there or an image. */
  const flows = new Map([['input', { name: inputName, isVector: false }]]);
  if (preprocessing && !isBytesOver255(preprocessing)) {
    const scale = preprocessing.scale.map((each) => each * 255);
    const config = { scale: single(scale), offset: single(preprocessing.offset) };
    const name = add('Rescaling', unusedName(network, 'preprocessing'), config, [inputName]);
    flows.set('input', { name, isVector: false });
  }
  for (const geometry of inferShapes(network)) {
    const { layer, sources } = geometry;
    const refuse = (problem: string): never => {
      throw new NetworkError(`${network.name}, layer ${layer.name}: ${problem}`);
    };
    const taken = sources.map((source) => flows.get(source) ?? refuse(`there is no layer '${source}' before it`));
    const takesImage = SLIDING.has(layer.kind);
    // Keras joins vectors with vectors only.
    const takesVector =
      layer.kind === 'dense' || (layer.kind === 'concatenate' && taken.some(({ isVector }) => isVector));
    const inbound = taken.map((flow, i) => {
      const made = (suffix: string): string => unusedName(network, `${layer.name}_${suffix}${i > 0 ? i + 1 : ''}`);
      if (takesVector && !flow.isVector) return add('Flatten', made('flatten'), CHANNELS_LAST, [flow.name]);
      if (takesImage && flow.isVector) {
        return add('Reshape', made('image'), { target_shape: [1, 1, geometry.inputs[i].channels] }, [flow.name]);
      }
      return flow.name;
    });
    layers.push(...kerasLayers(network, geometry, inbound, refuse));
    const isVector = takesVector || VECTORS.has(layer.kind) || (!takesImage && taken.every((flow) => flow.isVector));
    flows.set(layer.name, { name: layers[layers.length - 1].name, isVector });
  }
  const last = flows.get(network.layers[network.layers.length - 1].name);
  if (last && !last.isVector) add('Flatten', unusedName(network, 'output_vector'), CHANNELS_LAST, [last.name]);
  return layers;
}

const SLIDING: ReadonlySet<string> = new Set(['conv2d', 'maxPooling2d', 'averagePooling2d', 'zeroPadding2d']);
const VECTORS: ReadonlySet<string> = new Set(['flatten', 'dense', 'globalAveragePooling2d', 'globalMaxPooling2d']);

function kerasLayers(
  network: Network,
  { layer, input, inputs }: LayerGeometry,
  inbound: readonly string[],
  refuse: (problem: string) => never,
): KerasLayer[] {
  const { name } = layer;
  const make = (
    className: string,
    config: object,
    weights: KerasLayer['weights'] = [],
    from: readonly string[] = inbound,
  ): KerasLayer => ({
    className,
    name,
    config: { name, trainable: true, dtype: 'float32', ...config },
    inbound: from,
    weights,
  });
  const weight = (ours: string, keras: string, shape: readonly number[]): KerasLayer['weights'][number] => ({
    ours: `${name}/${ours}`,
    keras,
    shape,
  });
  /** A window whose padding Keras has no word for is put behind a layer that pads. */
  const padded = (padding: Padding): { before: KerasLayer[]; padding: 'valid' | 'same'; from: readonly string[] } => {
    if (typeof padding === 'string') return { before: [], padding, from: inbound };
    if (padding.every((edge) => edge === 0)) return { before: [], padding: 'valid', from: inbound };
    const [top, left, bottom, right] = padding;
    const padName = unusedName(network, `${name}_pad`);
    const edges = [
      [top, bottom],
      [left, right],
    ];
    const config = { name: padName, trainable: true, dtype: 'float32', padding: edges, ...CHANNELS_LAST };
    return {
      before: [{ className: 'ZeroPadding2D', name: padName, config, inbound, weights: [] }],
      padding: 'valid',
      from: [padName],
    };
  };
  /** Neither Keras 2 nor tfjs has a leaky ReLU that a layer could apply by itself. */
  const activated = (before: readonly KerasLayer[]): KerasLayer[] => {
    if (!('activation' in layer) || layer.activation !== 'leakyRelu') return [...before];
    const activationName = unusedName(network, `${name}_activation`);
    const config = { name: activationName, trainable: true, dtype: 'float32', alpha: 0.2 };
    return [...before, { className: 'LeakyReLU', name: activationName, config, inbound: [name], weights: [] }];
  };
  switch (layer.kind) {
    case 'conv2d': {
      const { groups = 1, dilation = 1, useBias = true, filters, kernelSize, stride } = layer;
      if (stride > 1 && dilation > 1)
        refuse(`a stride of ${stride} with a dilation of ${dilation}: Keras has no such convolution`);
      const { before, padding, from } = padded(layer.padding);
      const isDepthwise = groups > 1 && groups === input.channels;
      const bias = useBias ? [weight('bias', 'bias', [filters])] : [];
      const shared = {
        ...CHANNELS_LAST,
        kernel_size: kernelSize,
        strides: [stride, stride],
        padding,
        dilation_rate: [dilation, dilation],
        activation: ownActivation(layer.activation),
        use_bias: useBias,
      };
      if (isDepthwise) {
        const multiplier = filters / groups;
        const kernel = weight('kernel', 'depthwise_kernel', [...kernelSize, groups, multiplier]);
        return activated([
          ...before,
          make('DepthwiseConv2D', { ...shared, depth_multiplier: multiplier }, [kernel, ...bias], from),
        ]);
      }
      const kernel = weight('kernel', 'kernel', [...kernelSize, input.channels / groups, filters]);
      return activated([
        ...before,
        make('Conv2D', { ...shared, filters, ...(groups > 1 && { groups }) }, [kernel, ...bias], from),
      ]);
    }
    case 'dense': {
      const { units, useBias = true } = layer;
      const config = { units, activation: ownActivation(layer.activation), use_bias: useBias };
      const bias = useBias ? [weight('bias', 'bias', [units])] : [];
      return activated([make('Dense', config, [weight('kernel', 'kernel', [input.channels, units]), ...bias])]);
    }
    case 'batchNormalization': {
      const { epsilon, momentum } = layer;
      const names = { gamma: 'gamma', beta: 'beta', mean: 'moving_mean', variance: 'moving_variance' };
      const weights = Object.entries(names).map(([ours, keras]) => weight(ours, keras, [input.channels]));
      return [make('BatchNormalization', { axis: -1, epsilon, momentum, center: true, scale: true }, weights)];
    }
    case 'activation':
      if (layer.activation === 'leakyRelu') {
        // As Keras 2 and tfjs call it; Keras 3's own name is put in its place where a file is for
        // that.
        return [make('LeakyReLU', { alpha: layer.slope ?? 0.2 })];
      }
      return [make('Activation', { activation: ACTIVATION_NAMES[layer.activation] })];
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const isMax = layer.kind === 'maxPooling2d';
      const edges = layer.padding ?? 'valid';
      if (typeof edges !== 'string' && (!isMax || !isNeverNegative(network, inbound[0]))) {
        refuse(`Keras has no ${isMax ? 'maximum' : 'average'} over an image with explicit padding; use padding: same`);
      }
      const { before, padding, from } = padded(edges);
      const { poolSize, stride } = layer;
      const config = { ...CHANNELS_LAST, pool_size: [poolSize, poolSize], strides: [stride, stride], padding };
      return [...before, make(isMax ? 'MaxPooling2D' : 'AveragePooling2D', config, [], from)];
    }
    case 'globalAveragePooling2d':
      return [make('GlobalAveragePooling2D', CHANNELS_LAST)];
    case 'globalMaxPooling2d':
      return [make('GlobalMaxPooling2D', CHANNELS_LAST)];
    case 'flatten':
      return [make('Flatten', CHANNELS_LAST)];
    case 'zeroPadding2d': {
      const [top, left, bottom, right] = layer.padding;
      const padding = [
        [top, bottom],
        [left, right],
      ];
      return [make('ZeroPadding2D', { padding, ...CHANNELS_LAST })];
    }
    case 'rescaling':
      return [make('Rescaling', { scale: single(layer.scale), offset: single(layer.offset) })];
    case 'add':
      return [make('Add', {})];
    case 'multiply':
      return [make('Multiply', {})];
    case 'concatenate':
      return [make('Concatenate', { axis: -1 })];
    case 'transposedConv2d':
      return refuse(`a transposed convolution over ${inputs[0].channels} channels is priced only, and has no weights`);
  }
}

const ownActivation = (activation: Activation): string =>
  ACTIVATION_NAMES[activation === 'leakyRelu' ? 'linear' : activation];

const single = (values: readonly number[]): number | readonly number[] => (values.length === 1 ? values[0] : values);

function isBytesOver255({ scale, offset }: { scale: readonly number[]; offset: readonly number[] }): boolean {
  return scale.every((each) => each === 1 / 255) && offset.every((each) => each === 0);
}

function unusedName(network: Network, name: string): string {
  return network.layers.some((layer) => layer.name === name) ? unusedName(network, `${name}_`) : name;
}

function isNeverNegative(network: Network, name: string): boolean {
  const layer = network.layers.find((each) => each.name === name);
  return (
    layer !== undefined && 'activation' in layer && ['relu', 'relu6', 'sigmoid', 'softmax'].includes(layer.activation)
  );
}
