import { isVector, type Activation, type ImageShape, type LayerGeometry, type Padding } from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import { compileBatchNormalization } from './compile-batch-normalization.js';
import type { CompiledForward, PassKind, ReadWeight } from './compiled-forward.js';
import { concatenate, pad, perChannel, reshape, split, T } from './reshape-tensors.js';

/**
 * Adds a layer's forward pass to a graph, of operations whose gradients TensorFlow's C library
 * knows.
 */
export function compileLayer(
  graph: Graph,
  { layer, input, inputs, output }: LayerGeometry,
  flows: readonly string[],
  weight: ReadWeight,
  kind: PassKind,
): CompiledForward {
  // Between layers an image of one pixel is a vector; what slides over images makes it one again
  // for itself.
  const [vector] = flows;
  const isSliding = SLIDING.has(layer.kind);
  const flow = isSliding && isVector(input) ? reshape(graph, vector, [1, 1, input.channels]) : vector;
  const flat = (slid: string): string =>
    isSliding && isVector(output) ? reshape(graph, slid, [output.channels]) : slid;
  const activated = (product: string, useBias: boolean, activation: Activation): CompiledForward => {
    const biased = useBias ? graph.add('BiasAdd', [product, weight('bias')], T) : product;
    return { ...activate(graph, biased, activation), product };
  };
  switch (layer.kind) {
    case 'conv2d': {
      const { groups = 1, dilation = 1, useBias = true, activation } = layer;
      const convolved = spread(graph, flow, layer, input, dilation, (padded, padding, stride) => {
        const strides = { ints: [1, stride, stride, 1] };
        const attributes = { ...T, strides, padding: { string: padding } };
        if (groups === 1) return graph.add('Conv2D', [padded, weight('kernel')], attributes, layer.name);
        if (groups === input.channels) {
          const shape = [...layer.kernelSize, groups, layer.filters / groups];
          const kernel = graph.add('Reshape', [weight('kernel'), graph.integers(...shape)], T);
          return graph.add('DepthwiseConv2dNative', [padded, kernel], attributes, layer.name);
        }
        const inputsOf = split(graph, padded, groups);
        const kernels = split(graph, weight('kernel'), groups);
        const parts = inputsOf.map((part, i) => graph.add('Conv2D', [part, kernels[i]], attributes, layer.name));
        return concatenate(graph, parts);
      });
      return activated(flat(convolved), useBias, activation);
    }
    case 'transposedConv2d':
      throw new RangeError(`${layer.name}: a transposed convolution can be priced, not run`);
    case 'dense':
      return activated(
        graph.add('MatMul', [flow, weight('kernel')], T, layer.name),
        layer.useBias ?? true,
        layer.activation,
      );
    case 'batchNormalization':
      return compileBatchNormalization(graph, layer, input, flow, weight, kind);
    case 'activation':
      return activate(graph, flow, layer.activation, layer.slope);
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const isMax = layer.kind === 'maxPooling2d';
      const padding = layer.padding ?? 'valid';
      const edges = typeof padding === 'string' ? undefined : padding;
      const padded = edges ? pad(graph, flow, edges, isMax ? LOWEST : 0) : flow;
      const attributes = {
        ...T,
        ksize: { ints: [1, layer.poolSize, layer.poolSize, 1] },
        strides: { ints: [1, layer.stride, layer.stride, 1] },
        padding: { string: edges ? 'VALID' : (padding as string).toUpperCase() },
      };
      const pooled = graph.add(isMax ? 'MaxPool' : 'AvgPool', [padded], attributes, layer.name);
      if (isMax || !edges) return { output: flat(pooled) };
      // Zeros around the image are in the average; dividing by the average of ones takes them out.
      const ones = new Float32Array(input.height * input.width).fill(1);
      const image = graph.constant({ dtype: 'float32', shape: [1, input.height, input.width, 1], data: ones });
      const share = graph.add('AvgPool', [pad(graph, image, edges, 0)], attributes);
      return { output: flat(graph.add('RealDiv', [pooled, share], T)) };
    }
    case 'globalAveragePooling2d':
      return { output: graph.add('Mean', [flow, graph.integers(...planeAxes(input))], T, layer.name) };
    case 'globalMaxPooling2d':
      return { output: graph.add('Max', [flow, graph.integers(...planeAxes(input))], T, layer.name) };
    case 'flatten':
      return { output: reshape(graph, flow, [output.channels]) };
    case 'zeroPadding2d':
      return { output: pad(graph, flow, layer.padding, 0) };
    case 'rescaling': {
      const scaled = graph.add('Mul', [flow, perChannel(graph, layer.scale)], T);
      return { output: graph.add('AddV2', [scaled, perChannel(graph, layer.offset)], T, layer.name) };
    }
    case 'concatenate':
      return { output: concatenate(graph, flows, isVector(output) ? 1 : 3) };
    case 'add':
    case 'multiply': {
      const type = layer.kind === 'add' ? 'AddV2' : 'Mul';
      const alike = flows.map((each, i) =>
        !isVector(output) && isVector(inputs[i]) ? reshape(graph, each, [1, 1, inputs[i].channels]) : each,
      );
      return { output: alike.reduce((sum, each) => graph.add(type, [sum, each], T, layer.name)) };
    }
  }
}

const LOWEST = -3.4e38;
const SLIDING: ReadonlySet<string> = new Set(['conv2d', 'maxPooling2d', 'averagePooling2d', 'zeroPadding2d']);

/** Height and width; a vector has lost them. */
function planeAxes(input: ImageShape): number[] {
  return isVector(input) ? [] : [1, 2];
}

function activate(
  graph: Graph,
  flow: string,
  activation: Activation,
  slope = 0.2,
): { output: string; beforeSoftmax?: string } {
  switch (activation) {
    case 'linear':
      return { output: flow };
    case 'relu':
      return { output: graph.add('Relu', [flow], T) };
    case 'relu6':
      return { output: graph.add('Relu6', [flow], T) };
    case 'leakyRelu':
      return { output: graph.add('LeakyRelu', [flow], { ...T, alpha: { float: slope } }) };
    case 'elu':
      return { output: graph.add('Elu', [flow], T) };
    case 'sigmoid':
      return { output: graph.add('Sigmoid', [flow], T) };
    case 'tanh':
      return { output: graph.add('Tanh', [flow], T) };
    case 'softplus':
      return { output: graph.add('Softplus', [flow], T) };
    case 'swish':
      return { output: graph.add('Mul', [flow, graph.add('Sigmoid', [flow], T)], T) };
    case 'softmax':
      return { output: graph.add('Softmax', [flow], T), beforeSoftmax: flow };
  }
}

/**
 * Runs a convolution on an image that is padded, and for a dilated one spread out: each of dilation
 * × dilation interleaved images by itself, since the library's gradient knows neither explicit
 * padding nor dilation.
 */
function spread(
  graph: Graph,
  flow: string,
  layer: { kernelSize: readonly [number, number]; stride: number; padding: Padding },
  input: { height: number; width: number },
  dilation: number,
  convolve: (flow: string, padding: 'SAME' | 'VALID', stride: number) => string,
): string {
  const { stride } = layer;
  if (dilation === 1) {
    if (layer.padding === 'same') return convolve(flow, 'SAME', stride);
    return convolve(layer.padding === 'valid' ? flow : pad(graph, flow, layer.padding, 0), 'VALID', stride);
  }
  const edges = explicitPadding(layer, input, dilation);
  const [top, left, bottom, right] = edges;
  const beyond = (size: number): number => (dilation - (size % dilation)) % dilation;
  const [more, wider] = [beyond(input.height + top + bottom), beyond(input.width + left + right)];
  const pairs = (data: Int32Array): string => graph.constant({ dtype: 'int32', shape: [2, 2], data });
  const types = { ...T, Tblock_shape: { dtype: 'int32' } } as const;
  const block = graph.integers(dilation, dilation);
  const apart = graph.add(
    'SpaceToBatchND',
    [flow, block, pairs(Int32Array.of(top, bottom + more, left, right + wider))],
    { ...types, Tpaddings: { dtype: 'int32' } },
  );
  const together = graph.add(
    'BatchToSpaceND',
    [convolve(apart, 'VALID', 1), block, pairs(Int32Array.of(0, more, 0, wider))],
    { ...types, Tcrops: { dtype: 'int32' } },
  );
  if (stride === 1) return together;
  // TensorFlow's convolutions take a stride or a dilation. A pool over one pixel keeps each
  // stride-th output.
  const strides = { ints: [1, stride, stride, 1] };
  return graph.add('MaxPool', [together], {
    ...T,
    ksize: { ints: [1, 1, 1, 1] },
    strides,
    padding: { string: 'VALID' },
  });
}

/** Zeros at the top, left, bottom and right of a dilated convolution's input. */
function explicitPadding(
  { padding, kernelSize, stride }: { kernelSize: readonly [number, number]; stride: number; padding: Padding },
  { height, width }: { height: number; width: number },
  dilation: number,
): readonly number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const along = (size: number, kernel: number): number =>
    Math.max((Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0);
  const [rows, columns] = [along(height, kernelSize[0]), along(width, kernelSize[1])];
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)];
}
