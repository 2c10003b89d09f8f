import { imageFrom, parts, type ConvertedLayer, type ConvertedPart, type LayerContext } from '../converted-layer.js';
import { ACTIVATION_LAYERS, activationLayers, type Unplaced } from './activation.js';
import type { KerasConfigReader } from './config-reader.js';
import { IDLE_LAYERS } from './idle-layers.js';
import { mergedTensors } from './merge.js';
import { reshaped } from './reshape.js';
import { imageOf, lastAxisOf, type KerasTensor } from './tensor.js';
import { convertWeightedLayer } from './weighted-layer.js';

/** @throws by `read.refuse` when a field is not known, or has a value that is not */
export function convertKerasLayer(context: LayerContext): ConvertedLayer {
  const { className, read, inputs } = context;
  let isPriced = true;
  const priceOnly = (problem: string): void => {
    isPriced = false;
    context.priceOnly(problem);
  };
  if (inputs.length === 0) read.refuse('it takes from nothing');
  read.checkType();
  const converted = convert({ ...context, priceOnly });
  // Of a layer that is only priced, fields that say what its values are do not matter.
  if (isPriced && !IDLE_LAYERS.has(className)) read.finish();
  return converted;
}

function convert(context: LayerContext): ConvertedLayer {
  const { className, read, inputs, priceOnly } = context;
  const { refuse } = read;
  const [input] = inputs;
  if (inputs.length > 1 && !MERGES.has(className))
    refuse(`this kind of layer with ${inputs.length} inputs is not known`);
  const rank = input.sizes.length;
  const kept = (layers: readonly Unplaced[]): ConvertedLayer => ({ layers: parts(layers), sizes: input.sizes });
  if (IDLE_LAYERS.has(className)) return { layers: [], sizes: input.sizes };
  if (ACTIVATION_LAYERS.has(className)) {
    const layers = activationLayers(className, read, { rank, priceOnly, refuse });
    if (layers.some((each) => each.kind === 'activation' && each.activation === 'softmax')) lastAxisOf(input, refuse);
    return kept(layers);
  }
  switch (className) {
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      read.channelsLast();
      imageOf(input, refuse);
      const poolSize = read.equal('pool_size', [2, 2]);
      const stride = read.equal('strides', [poolSize, poolSize]);
      const kind = className === 'MaxPooling2D' ? 'maxPooling2d' : 'averagePooling2d';
      return imageFrom({ kind, poolSize, stride, padding: read.padding() });
    }
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
    case 'GlobalAveragePooling1D':
    case 'GlobalMaxPooling1D': {
      read.channelsLast();
      const axes = className.endsWith('2D') ? 2 : 1;
      if (rank !== axes + 1) refuse(`it takes ${axes + 1} axes, not ${rank}`);
      lastAxisOf(input, refuse);
      const { channels } = input.shape;
      const kind = className.includes('Average') ? 'globalAveragePooling2d' : 'globalMaxPooling2d';
      const ones = read.flag('keepdims', false) ? Array.from({ length: axes }, () => 1) : [];
      return { layers: [{ layer: { kind } }], sizes: [...ones, channels] };
    }
    case 'Flatten':
      read.channelsLast();
      return reshaped(input, [input.sizes.reduce((product, size) => product * size, 1)], refuse);
    case 'Reshape':
      return reshaped(input, read.wholeNumbers('target_shape'), refuse);
    case 'Permute': {
      const order = read.wholeNumbers('dims');
      if (order.some((axis, i) => axis !== i + 1)) refuse(`an order of axes of ${order.join(', ')} is not known`);
      return kept([]);
    }
    case 'ZeroPadding2D':
      read.channelsLast();
      imageOf(input, refuse);
      return imageFrom({ kind: 'zeroPadding2d', padding: read.edges('padding', 1) });
    case 'Cropping2D':
      read.channelsLast();
      if (read.edges('cropping', 0).some((edge) => edge > 0)) refuse('a cropping is not known');
      return kept([]);
    case 'UpSampling2D':
      read.channelsLast();
      if (read.plane('size', [2, 2]).some((size) => size > 1)) refuse('upsampling is not known');
      read.value('interpolation');
      return kept([]);
    case 'Rescaling': {
      const [scale, offset] = [read.numbers('scale', [1]), read.numbers('offset', [0])];
      if (scale.length > 1 || offset.length > 1) lastAxisOf(input, refuse);
      return kept([{ kind: 'rescaling', scale, offset }]);
    }
    case 'Normalization':
      return normalization(read, input);
    case 'Add':
    case 'Multiply':
      return mergedTensors(className === 'Add' ? 'add' : 'multiply', inputs, refuse);
    case 'Subtract':
    case 'Average':
    case 'Maximum':
    case 'Minimum':
      // They move and compute as much as a sum.
      priceOnly('this kind of layer is not known');
      return mergedTensors('add', inputs, refuse);
    case 'Concatenate': {
      const [axis] = read.axes('axis', -1, rank);
      if (axis !== rank || inputs.some(({ sizes }) => sizes.length !== rank)) {
        refuse(`it joins ${rank} axes along axis ${axis}; only along the last one is known`);
      }
      inputs.forEach((each) => lastAxisOf(each, refuse));
      const channels = inputs.reduce((sum, { shape }) => sum + shape.channels, 0);
      return { layers: [{ layer: { kind: 'concatenate' } }], sizes: [...input.sizes.slice(0, -1), channels] };
    }
    default:
      return convertWeightedLayer(context);
  }
}

const MERGES: ReadonlySet<string> = new Set([
  ...['Add', 'Multiply', 'Subtract', 'Average', 'Maximum', 'Minimum', 'Concatenate'],
]);

/**
 * (x − mean) / √variance, with numbers that the configuration has, or that the layer has learned.
 */
function normalization(read: KerasConfigReader, { shape, sizes }: KerasTensor): ConvertedLayer {
  const axes = read.value('axis') === undefined ? [] : read.axes('axis', -1, sizes.length);
  if (axes.length > 1 || axes.some((axis) => axis !== sizes.length)) {
    read.refuse(`it normalises along axes ${axes.join(', ')} of ${sizes.length}; only along the last one is known`);
  }
  if (axes.length > 0) lastAxisOf({ shape, sizes }, read.refuse);
  if (read.flag('invert', false)) read.refuse('invert is not known');
  const rescaling = (means: ArrayLike<number>, variances: ArrayLike<number>): Unplaced => {
    const size = axes.length > 0 ? shape.channels : 1;
    if ([means, variances].some(({ length }) => length !== 1 && length !== size)) {
      read.refuse(`it has ${means.length} means and ${variances.length} variances, ${size} are needed`);
    }
    const at = (values: ArrayLike<number>, i: number): number => values[values.length === 1 ? 0 : i];
    const scale = Array.from({ length: size }, (_, i) => 1 / Math.max(Math.sqrt(at(variances, i)), 1e-7));
    return { kind: 'rescaling', scale, offset: scale.map((each, i) => -at(means, i) * each) };
  };
  if (read.value('mean') !== undefined) {
    const layer = rescaling(read.numbers('mean', []), read.numbers('variance', []));
    return { layers: [{ layer }], sizes };
  }
  read.value('variance');
  const part: ConvertedPart = {
    layer: rescaling([0], [1]),
    weights: ['mean', 'variance'].map((role) => ({ role, keras: [role] })),
    settle: ([mean, variance]) => rescaling(mean.data, variance.data),
  };
  return { layers: [part], sizes };
}
