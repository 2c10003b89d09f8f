import { z } from 'zod';
import { isVector, type ImageShape } from '../infer-shapes.js';
import type { Layer } from '../network.js';
import type { WeightTensor } from '../weights.js';
import { KerasConfigReader, type Refuse } from './keras-config-reader.js';
import type { KerasConfigLayer } from './keras-config.js';

/** What a Keras layer becomes: none, one or several of ours, and where its weights go, in Keras's order. */
export interface ConvertedLayer {
  readonly layers: readonly Layer[];
  readonly weights: readonly ConvertedWeight[];
  /** Weights that Keras leaves out where their values are plain. */
  readonly plain?: readonly { readonly target: string; readonly value: number; readonly size: number }[];
}
export interface ConvertedWeight {
  /** Our name for it. */
  readonly target: string;
  /** What Keras may call it. */
  readonly keras: readonly string[];
  readonly convert?: (tensor: WeightTensor) => WeightTensor;
}

/** Layers that do nothing when a trained network answers. */
const IDLE = new Set(['InputLayer', 'Dropout', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout']);

/**
 * @param name ours for it
 * @param from ours for those it takes from
 */
export function convertKerasLayer(
  { className, config }: KerasConfigLayer,
  name: string,
  from: readonly string[],
  inputs: readonly ImageShape[],
  refuse: Refuse,
): ConvertedLayer {
  const read = new KerasConfigReader(config, refuse);
  const [input] = inputs;
  const one = (layer: Layer, weights: readonly ConvertedWeight[] = []): ConvertedLayer => ({
    layers: [layer],
    weights,
  });
  const kernel: ConvertedWeight = { target: `${name}/kernel`, keras: ['kernel'] };
  const bias = (useBias: boolean): ConvertedWeight[] => (useBias ? [{ target: `${name}/bias`, keras: ['bias'] }] : []);
  const window = () => ({
    kernelSize: read.plane('kernel_size'),
    stride: read.equal('strides', [1, 1]),
    padding: read.padding(),
  });
  const dilated = (): { dilation?: number } => {
    const dilation = read.equal('dilation_rate', [1, 1]);
    return dilation > 1 ? { dilation } : {};
  };
  if (IDLE.has(className)) return { layers: [], weights: [] };
  read.channelsLast();
  switch (className) {
    case 'Conv2D': {
      const groups = read.count('groups', 1);
      const useBias = read.flag('use_bias', true);
      const layer: Layer = {
        kind: 'conv2d',
        name,
        from,
        filters: read.count('filters'),
        ...window(),
        ...dilated(),
        ...(groups > 1 && { groups }),
        useBias,
        activation: read.activation(),
      };
      return one(layer, [kernel, ...bias(useBias)]);
    }
    case 'DepthwiseConv2D': {
      const useBias = read.flag('use_bias', true);
      const filters = input.channels * read.count('depth_multiplier', 1);
      const layer: Layer = {
        kind: 'conv2d',
        name,
        from,
        filters,
        ...window(),
        ...dilated(),
        groups: input.channels,
        useBias,
        activation: read.activation(),
      };
      const weight = { target: kernel.target, keras: ['depthwise_kernel', 'kernel'], convert: depthwiseKernel };
      return one(layer, [weight, ...bias(useBias)]);
    }
    case 'SeparableConv2D': {
      const useBias = read.flag('use_bias', true);
      const depthwise = `${name}_depthwise`;
      const filters = input.channels * read.count('depth_multiplier', 1);
      const first: Layer = {
        kind: 'conv2d',
        name: depthwise,
        from,
        filters,
        ...window(),
        ...dilated(),
        groups: input.channels,
        useBias: false,
        activation: 'linear',
      };
      const second: Layer = {
        kind: 'conv2d',
        name,
        from: [depthwise],
        filters: read.count('filters'),
        kernelSize: [1, 1],
        stride: 1,
        padding: 'valid',
        useBias,
        activation: read.activation(),
      };
      return {
        layers: [first, second],
        weights: [
          { target: `${depthwise}/kernel`, keras: ['depthwise_kernel'], convert: depthwiseKernel },
          { target: `${name}/kernel`, keras: ['pointwise_kernel'] },
          ...bias(useBias),
        ],
      };
    }
    case 'Dense': {
      const useBias = read.flag('use_bias', true);
      const units = read.count('units');
      return one({ kind: 'dense', name, from, units, useBias, activation: read.activation() }, [
        kernel,
        ...bias(useBias),
      ]);
    }
    case 'BatchNormalization':
      return batchNormalization(read, name, from, input.channels);
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const poolSize = read.equal('pool_size', [2, 2]);
      return one({
        kind: className === 'MaxPooling2D' ? 'maxPooling2d' : 'averagePooling2d',
        name,
        from,
        poolSize,
        stride: read.equal('strides', [poolSize, poolSize]),
        padding: read.padding(),
      });
    }
    case 'GlobalAveragePooling2D':
      return one({ kind: 'globalAveragePooling2d', name, from });
    case 'GlobalMaxPooling2D':
      return one({ kind: 'globalMaxPooling2d', name, from });
    case 'Add':
      return one({ kind: 'add', name, from });
    case 'Multiply':
      return one({ kind: 'multiply', name, from });
    case 'Concatenate':
      if (![-1, 3, undefined].includes(config.axis as number | undefined) && !isVector(input)) {
        refuse(`it joins along axis ${JSON.stringify(config.axis)}; only channels can be joined`);
      }
      return one({ kind: 'concatenate', name, from });
    case 'Flatten':
      return one({ kind: 'flatten', name, from });
    case 'Reshape': {
      // What lies in the same order may be read as a vector; nothing else can be read in another shape.
      const shape = z.array(z.int()).max(4).safeParse(config.target_shape);
      const isImage = shape.success && shape.data.length === 3;
      if (isImage && isVector(input)) return { layers: [], weights: [] };
      if (shape.success && shape.data.length === 1) return one({ kind: 'flatten', name, from });
      return refuse(`a reshape to ${JSON.stringify(config.target_shape)} is not known; only to and from vectors`);
    }
    case 'ZeroPadding2D':
      return one({ kind: 'zeroPadding2d', name, from, padding: read.edges() });
    case 'Rescaling':
      return one({
        kind: 'rescaling',
        name,
        from,
        scale: read.numbers('scale', [1]),
        offset: read.numbers('offset', [0]),
      });
    case 'Activation':
      return one({ kind: 'activation', name, from, activation: read.activation() });
    case 'ReLU': {
      const slope = read.number('negative_slope', 0);
      const limit = config.max_value ?? null;
      if (read.number('threshold', 0) !== 0) refuse('a ReLU with a threshold is not known');
      if (limit !== null && (limit !== 6 || slope !== 0))
        refuse(`a ReLU up to ${JSON.stringify(limit)} is not known; up to 6 is`);
      if (slope !== 0) return one({ kind: 'activation', name, from, activation: 'leakyRelu', slope });
      return one({ kind: 'activation', name, from, activation: limit === 6 ? 'relu6' : 'relu' });
    }
    case 'LeakyReLU': {
      const slope = read.number('negative_slope', read.number('alpha', 0.3));
      return one({ kind: 'activation', name, from, activation: 'leakyRelu', slope });
    }
    case 'ELU':
      if (read.number('alpha', 1) !== 1) refuse('an ELU whose alpha is not 1 is not known');
      return one({ kind: 'activation', name, from, activation: 'elu' });
    case 'Softmax':
      return one({ kind: 'activation', name, from, activation: 'softmax' });
    default:
      return refuse('this kind of layer is not known');
  }
}

function batchNormalization(
  read: KerasConfigReader,
  name: string,
  from: readonly string[],
  channels: number,
): ConvertedLayer {
  const parts = [
    { role: 'gamma', keras: 'gamma', present: read.flag('scale', true), value: 1 },
    { role: 'beta', keras: 'beta', present: read.flag('center', true), value: 0 },
    { role: 'mean', keras: 'moving_mean', present: true, value: 0 },
    { role: 'variance', keras: 'moving_variance', present: true, value: 1 },
  ];
  return {
    layers: [
      {
        kind: 'batchNormalization',
        name,
        from,
        epsilon: read.number('epsilon', 1e-3),
        momentum: read.number('momentum', 0.99),
      },
    ],
    weights: parts.flatMap(({ role, keras, present }) =>
      present ? [{ target: `${name}/${role}`, keras: [keras] }] : [],
    ),
    plain: parts.flatMap(({ role, present, value }) =>
      present ? [] : [{ target: `${name}/${role}`, value, size: channels }],
    ),
  };
}

/** [height, width, channels, multiplier] as [height, width, 1, filters]: the same numbers in the same order. */
function depthwiseKernel({ shape, data }: WeightTensor): WeightTensor {
  return { shape: [...shape.slice(0, 2), 1, shape[2] * shape[3]], data };
}
