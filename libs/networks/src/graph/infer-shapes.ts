import { NetworkError, sourcesOf, type Layer, type Network, type Padding } from './network.js';

/** What a layer takes and gives, per image. */
export interface LayerGeometry {
  readonly layer: Layer;
  readonly sources: readonly string[];
  readonly inputs: readonly ImageShape[];
  /** The first of its inputs. */
  readonly input: ImageShape;
  readonly output: ImageShape;
}
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Whether it is an image of one pixel: between layers that is a vector. */
export function isVector({ height, width }: ImageShape): boolean {
  return height * width === 1;
}

type Refuse = (problem: string) => never;

/**
 * What each layer takes and gives, of a network that ends in one number for each class.
 *
 * @throws NetworkError when shapes do not chain, a layer is named twice, or takes from one that
 *   does not come before it
 */
export function inferShapes(network: Network): LayerGeometry[] {
  const geometries = layerGeometries(network);
  const { output } = geometries[geometries.length - 1];
  if (!isVector(output) || output.channels !== network.classes) {
    throw new NetworkError(
      `${network.name} ends in ${text(output)}, it should end in one number for each of its ${network.classes} classes`,
    );
  }
  return geometries;
}

/** As `inferShapes`, of a network that may end in an image too: such a one can be priced. */
export function layerGeometries(network: Network): LayerGeometry[] {
  const { height, width, channels } = network.input;
  const shapes = new Map<string, ImageShape>([['input', { height, width, channels }]]);
  if (network.layers.length === 0) throw new NetworkError(`${network.name} has no layers`);
  return network.layers.map((layer, i) => {
    const refuse: Refuse = (problem) => {
      throw new NetworkError(`${network.name}, layer ${layer.name}: ${problem}`);
    };
    if (shapes.has(layer.name)) refuse('another layer has this name');
    const sources = sourcesOf(network, i);
    const inputs = sources.map(
      (source) => shapes.get(source) ?? refuse(`there is no layer '${source}' before it to take from`),
    );
    if (inputs.length === 0) refuse('it takes from nothing');
    const output = outputShape(layer, inputs, refuse);
    shapes.set(layer.name, output);
    return { layer, sources, inputs, input: inputs[0], output };
  });
}

/** What a layer gives for inputs of these shapes; `refuse` is told what does not fit. */
export function outputShape(layer: Layer, inputs: readonly ImageShape[], refuse: Refuse): ImageShape {
  const [input] = inputs;
  if (layer.kind === 'add' || layer.kind === 'multiply' || layer.kind === 'concatenate') {
    return mergedShape(layer.kind, inputs, refuse);
  }
  if (inputs.length !== 1) refuse(`it takes one input, not ${inputs.length}`);
  switch (layer.kind) {
    case 'conv2d': {
      const { groups = 1, dilation = 1, filters } = layer;
      if (input.channels % groups || filters % groups) {
        refuse(`${groups} groups do not divide its ${input.channels} input channels and ${filters} filters`);
      }
      return {
        height: slide(input.height, 0, layer.kernelSize[0], layer.stride, layer.padding, dilation, refuse),
        width: slide(input.width, 1, layer.kernelSize[1], layer.stride, layer.padding, dilation, refuse),
        channels: filters,
      };
    }
    case 'transposedConv2d': {
      const along = (size: number, axis: 0 | 1): number =>
        layer.padding === 'same'
          ? size * layer.stride
          : (size - 1) * layer.stride + layer.kernelSize[axis] - paddedBy(layer.padding, axis);
      return { height: along(input.height, 0), width: along(input.width, 1), channels: layer.filters };
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { poolSize, stride, padding = 'valid' } = layer;
      return {
        height: slide(input.height, 0, poolSize, stride, padding, 1, refuse),
        width: slide(input.width, 1, poolSize, stride, padding, 1, refuse),
        channels: input.channels,
      };
    }
    case 'globalAveragePooling2d':
    case 'globalMaxPooling2d':
      return { height: 1, width: 1, channels: input.channels };
    case 'flatten':
      return { height: 1, width: 1, channels: input.height * input.width * input.channels };
    case 'zeroPadding2d': {
      const [top, left, bottom, right] = layer.padding;
      return { ...input, height: input.height + top + bottom, width: input.width + left + right };
    }
    case 'dense':
      if (input.height !== 1 || input.width !== 1) {
        refuse(`a dense layer takes a vector, its input is ${text(input)}; put a flatten layer before it`);
      }
      return { height: 1, width: 1, channels: layer.units };
    case 'rescaling':
      for (const values of [layer.scale, layer.offset]) {
        if (values.length !== 1 && values.length !== input.channels) {
          refuse(`it has ${values.length} numbers for ${input.channels} channels; give 1 or ${input.channels}`);
        }
      }
      return input;
    case 'batchNormalization':
    case 'activation':
      return input;
  }
}

function mergedShape(
  kind: 'add' | 'multiply' | 'concatenate',
  inputs: readonly ImageShape[],
  refuse: Refuse,
): ImageShape {
  const [first] = inputs;
  if (kind === 'concatenate') {
    const odd = inputs.find(({ height, width }) => height !== first.height || width !== first.width);
    if (odd) refuse(`its inputs differ in height or width: ${text(first)} and ${text(odd)}`);
    return { ...first, channels: inputs.reduce((sum, { channels }) => sum + channels, 0) };
  }
  // A vector of one value a channel is multiplied with, or added to, each position of an image.
  const largest = inputs.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a));
  const odd = inputs.find(
    ({ height, width, channels }) =>
      channels !== largest.channels ||
      !((height === largest.height && width === largest.width) || (height === 1 && width === 1)),
  );
  if (odd) refuse(`its inputs differ: ${text(odd)} and ${text(largest)}`);
  return largest;
}

/** Rows (or columns) of zeros at both ends together. */
export function paddedBy(padding: Exclude<Padding, 'same'>, axis: 0 | 1): number {
  return padding === 'valid' ? 0 : padding[axis] + padding[axis + 2];
}

function slide(
  size: number,
  axis: 0 | 1,
  kernel: number,
  stride: number,
  padding: Padding,
  dilation: number,
  refuse: Refuse,
): number {
  if (padding === 'same') return Math.ceil(size / stride);
  const reach = (kernel - 1) * dilation + 1;
  const output = Math.floor((size + paddedBy(padding, axis) - reach) / stride) + 1;
  if (output < 1) {
    refuse(`a window of ${reach} does not fit its input of ${size}; use padding: same or a smaller window`);
  }
  return output;
}

const text = ({ height, width, channels }: ImageShape): string => `${height} × ${width} × ${channels}`;
