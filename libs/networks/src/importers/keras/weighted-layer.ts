import { isVector } from '../../graph/infer-shapes.js';
import type { Layer } from '../../graph/network.js';
import type { WeightTensor } from '../../graph/weights.js';
import {
  imageFrom,
  type ConvertedLayer,
  type ConvertedPart,
  type ConvertedWeight,
  type LayerContext,
} from '../converted-layer.js';
import { activationOf } from './activation.js';
import { imageOf, lastAxisOf } from './tensor.js';

type Conv2d = Omit<Extract<Layer, { kind: 'conv2d' }>, 'name' | 'from'>;

/** Layers that have weights; others are not known. */
export function convertWeightedLayer(context: LayerContext): ConvertedLayer {
  switch (context.className) {
    case 'Conv2D':
      return convolution(context);
    case 'DepthwiseConv2D':
      return depthwise(context);
    case 'SeparableConv2D':
      return separable(context);
    case 'Conv2DTranspose':
      return transposedConvolution(context);
    case 'Dense':
      return dense(context);
    case 'BatchNormalization':
      return batchNormalization(context);
    default:
      return context.read.refuse('this kind of layer is not known');
  }
}

/** What convolutions have in common. */
function windowOf({ read, inputs }: LayerContext): Pick<Conv2d, 'kernelSize' | 'stride' | 'padding' | 'dilation'> {
  read.channelsLast();
  imageOf(inputs[0], read.refuse);
  const stride = read.equal('strides', [1, 1]);
  const dilation = read.equal('dilation_rate', [1, 1]);
  if (stride > 1 && dilation > 1) read.refuse(`a stride of ${stride} with a dilation of ${dilation} cannot be run`);
  return {
    kernelSize: read.plane('kernel_size'),
    stride,
    padding: read.padding(),
    ...(dilation > 1 && { dilation }),
  };
}

const biasOf = (useBias: boolean): ConvertedWeight[] => (useBias ? [{ role: 'bias', keras: ['bias'] }] : []);

/** A layer's activation, its own or as layers that follow it. */
function activated(
  context: LayerContext,
  make: (activation: ReturnType<typeof activationOf>['own']) => readonly ConvertedPart[],
): ConvertedPart[] {
  const { read, inputs, priceOnly } = context;
  const applied = { rank: inputs[0].sizes.length, priceOnly, refuse: read.refuse };
  const { own, after } = activationOf(read, applied);
  const following = after.map((layer, i) => ({ layer, suffix: `_activation${after.length > 1 ? i + 1 : ''}` }));
  return [...make(own), ...following];
}

function convolution(context: LayerContext): ConvertedLayer {
  const { read } = context;
  const groups = read.count('groups', 1);
  const useBias = read.flag('use_bias', true);
  const layer = { kind: 'conv2d', filters: read.count('filters'), ...windowOf(context) } as const;
  const weights = [{ role: 'kernel', keras: ['kernel'] }, ...biasOf(useBias)];
  return {
    layers: activated(context, (activation) => [
      { layer: { ...layer, ...(groups > 1 && { groups }), useBias, activation }, weights },
    ]),
  };
}

/** Each channel by itself. Keras's kernel is [height, width, channels, filters of each]. */
function depthwisePart(context: LayerContext): Omit<Conv2d, 'useBias' | 'activation'> & { kernel: ConvertedWeight } {
  const { read, inputs } = context;
  if (read.count('groups', 1) !== 1) read.refuse('groups of a depthwise convolution are not known');
  const { channels } = inputs[0].shape;
  const multiplier = read.count('depth_multiplier', 1);
  const convert = ({ shape, data }: WeightTensor): WeightTensor => {
    if (shape.length !== 4 || shape[2] !== channels || shape[3] !== multiplier) {
      read.refuse(`its kernel has shape [${shape.join(', ')}], ${channels} channels of ${multiplier} are needed`);
    }
    // The same numbers in the same order.
    return { shape: [shape[0], shape[1], 1, channels * multiplier], data };
  };
  return {
    kind: 'conv2d',
    filters: channels * multiplier,
    ...windowOf(context),
    groups: channels,
    kernel: { role: 'kernel', keras: ['depthwise_kernel', 'kernel'], convert },
  };
}

function depthwise(context: LayerContext): ConvertedLayer {
  const { kernel, ...layer } = depthwisePart(context);
  const useBias = context.read.flag('use_bias', true);
  return {
    layers: activated(context, (activation) => [
      { layer: { ...layer, useBias, activation }, weights: [kernel, ...biasOf(useBias)] },
    ]),
  };
}

function separable(context: LayerContext): ConvertedLayer {
  const { read } = context;
  const { kernel, ...layer } = depthwisePart(context);
  const useBias = read.flag('use_bias', true);
  const pointwise = {
    kind: 'conv2d',
    filters: read.count('filters'),
    kernelSize: [1, 1],
    stride: 1,
    padding: 'valid',
  } as const;
  return {
    layers: activated(context, (activation) => [
      {
        layer: { ...layer, useBias: false, activation: 'linear' },
        suffix: '_depthwise',
        weights: [{ ...kernel, keras: ['depthwise_kernel'] }],
      },
      {
        layer: { ...pointwise, useBias, activation },
        weights: [{ role: 'kernel', keras: ['pointwise_kernel'] }, ...biasOf(useBias)],
      },
    ]),
  };
}

function transposedConvolution(context: LayerContext): ConvertedLayer {
  const { read } = context;
  const { refuse } = read;
  const filters = read.count('filters');
  const { kernelSize, stride, padding } = windowOf(context);
  if (read.equal('dilation_rate', [1, 1]) !== 1 || read.count('groups', 1) !== 1) {
    refuse('dilation and groups of a transposed convolution are not known');
  }
  if (read.value('output_padding') !== undefined) refuse('output_padding is not known');
  if (padding === 'valid' && Math.min(...kernelSize) < stride) refuse('a stride beyond its kernel is not known');
  context.priceOnly('a transposed convolution can be priced, not run');
  return imageFrom({ kind: 'transposedConv2d', filters, kernelSize, stride, padding });
}

/** Over an image it works at each position by itself, as a convolution of 1 × 1 does. */
function dense(context: LayerContext): ConvertedLayer {
  const { read, inputs } = context;
  const [{ shape, sizes }] = inputs;
  lastAxisOf(inputs[0], read.refuse);
  const useBias = read.flag('use_bias', true);
  const units = read.count('units');
  const kernel: ConvertedWeight = { role: 'kernel', keras: ['kernel'] };
  const window = { kernelSize: [1, 1], stride: 1, padding: 'valid' } as const;
  const convert = (tensor: WeightTensor): WeightTensor => ({ ...tensor, shape: [1, 1, ...tensor.shape] });
  return {
    layers: activated(context, (activation) =>
      isVector(shape)
        ? [{ layer: { kind: 'dense', units, useBias, activation }, weights: [kernel, ...biasOf(useBias)] }]
        : [
            {
              layer: { kind: 'conv2d', filters: units, ...window, useBias, activation },
              weights: [{ ...kernel, convert }, ...biasOf(useBias)],
            },
          ],
    ),
    sizes: [...sizes.slice(0, -1), units],
  };
}

function batchNormalization({ read, inputs }: LayerContext): ConvertedLayer {
  const [{ sizes, shape }] = inputs;
  const axes = read.axes('axis', -1, sizes.length);
  if (axes.length !== 1 || axes[0] !== sizes.length) {
    read.refuse(
      `it normalises along axis ${axes.join(', ')} of ${sizes.length}; only along the last one, the channels, is known`,
    );
  }
  lastAxisOf(inputs[0], read.refuse);
  if (read.flag('renorm', false)) read.refuse('renorm is not known');
  const parameters = [
    { role: 'gamma', keras: 'gamma', present: read.flag('scale', true), value: 1 },
    { role: 'beta', keras: 'beta', present: read.flag('center', true), value: 0 },
    { role: 'mean', keras: 'moving_mean', present: true, value: 0 },
    { role: 'variance', keras: 'moving_variance', present: true, value: 1 },
  ];
  const weights = parameters.map(({ role, keras, present, value }) => ({
    role,
    keras: [keras],
    ...(!present && { plain: { value, size: shape.channels } }),
  }));
  const layer = {
    kind: 'batchNormalization',
    epsilon: read.number('epsilon', 1e-3),
    momentum: read.number('momentum', 0.99),
  } as const;
  // How statistics are averaged in training, and how TensorFlow computes them.
  for (const field of ['synchronized', 'fused', 'renorm_momentum', 'renorm_clipping']) read.value(field);
  return { layers: [{ layer, weights }], sizes };
}
