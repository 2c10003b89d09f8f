import { isVector } from '../../graph/infer-shapes.js';
import type { Activation, GlobalPooling2d, Padding, Pooling2d } from '../../graph/network.js';
import { axisOf, channelAxis, type Flow, type OnnxNode, type OnnxOperator } from './node.js';
import { FLOATING_TYPES } from './tensors.js';

const activation =
  (name: Activation): OnnxOperator =>
  (node) =>
    activate(node, name);
/** Changes nothing when a trained network answers. */
const idle: OnnxOperator = ({ flows, passes }) => passes(flows[0]);
/** Keeps shapes, and is not computed here. */
const priced: OnnxOperator = ({ flows, pricedAs }) => pricedAs(flows[0], 'this operator can be priced, not run');

/** Operators without weights. */
export const IMAGE_OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  Identity: idle,
  Dropout: (node) => {
    if (node.constants[2]?.data[0]) node.refuse('it drops values out in use, too (training_mode)');
    idle(node);
  },
  Cast: (node) => {
    const type = node.attributes.integer('to', 1);
    if (FLOATING_TYPES.has(type)) idle(node);
    else node.pricedAs(node.flows[0], `a cast to ONNX's type ${type} can be priced, not run`);
  },
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softmax: softmax,
  Elu: (node) => {
    const alpha = node.attributes.float('alpha', 1);
    if (alpha === 1) activate(node, 'elu');
    else node.pricedAs(node.flows[0], `an ELU with alpha ${alpha} can be priced, not run; with 1 it can be run`);
  },
  LeakyRelu: (node) => activate(node, 'leakyRelu', node.attributes.float('alpha', 0.01)),
  Clip: clip,
  MaxPool: (node) => pool(node, 'maxPooling2d', false),
  AveragePool: (node) => pool(node, 'averagePooling2d', node.attributes.integer('count_include_pad', 0) === 1),
  GlobalAveragePool: (node) => globalPool(node, 'globalAveragePooling2d'),
  GlobalMaxPool: (node) => globalPool(node, 'globalMaxPooling2d'),
  ReduceMean: reduceMean,
  Pad: pad,
  ...Object.fromEntries(
    [
      ...['PRelu', 'Selu', 'HardSigmoid', 'HardSwish', 'Gelu', 'Mish', 'ThresholdedRelu', 'Softsign', 'LogSoftmax'],
      ...['LRN', 'InstanceNormalization', 'QuantizeLinear', 'DequantizeLinear'],
    ].map((operator) => [operator, priced]),
  ),
};

function activate({ flows: [flow], name, add }: OnnxNode, kind: Activation, slope?: number): void {
  const layer = { kind: 'activation', name: name(), from: [flow.name], activation: kind } as const;
  add(slope === undefined ? layer : { ...layer, slope }, flow);
}

/** Before version 13 it is over all axes from one on, put together; after it, over one. */
function softmax(node: OnnxNode): void {
  const { attributes, flows, opset, pricedAs } = node;
  const [flow] = flows;
  const axis = axisOf(attributes.integer('axis', opset < 13 ? 1 : -1), flow);
  const over = opset < 13 ? [flow.dims.slice(0, Math.max(0, axis - 1)), flow.dims.slice(Math.max(0, axis - 1))] : [];
  const isOfChannels =
    opset < 13 ? axis >= 1 && isVector(flow.shape) && over[0].every((size) => size === 1) : axis === channelAxis(flow);
  if (isOfChannels) activate(node, 'softmax');
  else pricedAs(flow, `a softmax over axis ${axis} of [batch, ${flow.dims.join(', ')}] can be priced, not run`);
}

function clip(node: OnnxNode): void {
  const { attributes, constants, flows, passes, pricedAs } = node;
  if (constants.some((constant) => constant?.isMissing)) return pricedAs(flows[0], 'its bounds are not in the file');
  const low = constants[1]?.data[0] ?? attributes.float('min', -Infinity);
  const high = constants[2]?.data[0] ?? attributes.float('max', Infinity);
  const isOpen = (bound: number): boolean => Math.abs(bound) > 3.4e38;
  if (isOpen(low) && isOpen(high)) passes(flows[0]);
  else if (low === 0 && isOpen(high)) activate(node, 'relu');
  else if (low === 0 && high === 6) activate(node, 'relu6');
  else pricedAs(flows[0], `clipping to ${low} and ${high} can be priced, not run; from 0, and to 6, can be run`);
}

function pool(
  { attributes, image, name, add, insert, refuse }: OnnxNode,
  kind: Pooling2d['kind'],
  countsPadding: boolean,
): void {
  const { name: source, shape } = image();
  const sizes = attributes.integers('kernel_shape') ?? refuse('it has no kernel_shape');
  const [poolSize, other] = sizes;
  if (sizes.length !== 2 || poolSize !== other) refuse(`a window of ${sizes.join(' × ')}: only square ones are known`);
  const stride = attributes.equal('strides');
  if (attributes.equal('dilations') !== 1) refuse('a dilated window is not known');
  const stated = attributes.padding();
  const reached =
    attributes.integer('ceil_mode', 0) === 1 && stated !== 'same'
      ? paddingOfCeil(stated, shape, poolSize, stride)
      : stated;
  const own = name();
  const isCeil = attributes.integer('ceil_mode', 0) === 1;
  if (countsPadding && isCeil && (stated !== 'valid' || reachesOver(stated, reached))) {
    refuse('padding that counts, with windows over the edge (ceil_mode), is not known');
  }
  if (!countsPadding || stated === 'valid') {
    add({ kind, name: own, from: [source], poolSize, stride, padding: reached });
    return;
  }
  if (stated === 'same') refuse('padding that counts, of SAME_UPPER, is not known');
  const padded = insert({
    kind: 'zeroPadding2d',
    name: name('_pad'),
    from: [source],
    padding: stated as Exclude<Padding, string>,
  });
  add({ kind, name: own, from: [padded.name], poolSize, stride, padding: 'valid' });
}

/** Whether windows reach beyond the padding that is stated, or leave some of it out. */
function reachesOver(stated: Padding, reached: Padding): boolean {
  const edges = (padding: Padding): string => (typeof padding === 'string' ? '0,0,0,0' : padding.join());
  return edges(stated) !== edges(reached);
}

/**
 * With ceil_mode a last window may reach over the edge, unless it begins behind the image and its
 * padding at the start.
 *
 * @returns as much padding at the end as those windows reach over
 */
function paddingOfCeil(
  stated: Exclude<Padding, 'same'>,
  { height, width }: { height: number; width: number },
  size: number,
  stride: number,
): Padding {
  const [top, left, bottom, right] = stated === 'valid' ? [0, 0, 0, 0] : stated;
  const after = (length: number, before: number, behind: number): number => {
    const outputs = Math.ceil((length + before + behind - size) / stride) + 1;
    const kept = (outputs - 1) * stride >= length + before ? outputs - 1 : outputs;
    return Math.max(0, (kept - 1) * stride + size - length - before);
  };
  return [top, left, after(height, top, bottom), after(width, left, right)];
}

function globalPool({ image, name, add }: OnnxNode, kind: GlobalPooling2d['kind']): void {
  add({ kind, name: name(), from: [image().name] });
}

/** Over height and width; over axes of size 1 it changes nothing. */
function reduceMean(node: OnnxNode): void {
  const { attributes, constants, flows, name, add, passes, refuse } = node;
  const [flow] = flows;
  const given = attributes.integersOr('axes', constants[1]) ?? [];
  const isIdle = given.length === 0 && attributes.integer('noop_with_empty_axes', 0) === 1;
  const axes = given.map((axis) => axisOf(axis, flow)).sort((a, b) => a - b);
  const keeps = attributes.integer('keepdims', 1) === 1;
  const dims = flow.dims.flatMap((size, i) => (!axes.includes(i + 1) ? [size] : keeps ? [1] : []));
  if (isIdle) return passes(flow);
  if (isVector(flow.shape) && axes.length > 0 && axes.every((axis) => flow.dims[axis - 1] === 1)) {
    return passes({ ...flow, dims });
  }
  if (isVector(flow.shape) || axes.join() !== planeAxes(flow)) {
    refuse(`a mean over axes ${given.join(', ') || 'of all'} is not known; over height and width is`);
  }
  add({ kind: 'globalAveragePooling2d', name: name(), from: [flow.name] }, { dims });
}

const planeAxes = ({ channelsLast }: Flow): string => (channelsLast ? '1,2' : '2,3');

function pad({ attributes, constants, image, name, add, refuse }: OnnxNode): void {
  const { name: source, dims } = image();
  const given = attributes.integers('pads') ?? attributes.integersOr('paddings', constants[1]) ?? [];
  const axes = constants[3] ? [...constants[3].data].map((axis) => axisOf(axis, { dims })) : [0, 1, 2, 3];
  const pads = new Array<number>(8).fill(0);
  axes.forEach((axis, i) => {
    pads[axis] = given[i];
    pads[axis + 4] = given[i + axes.length];
  });
  const mode = attributes.text('mode') ?? 'constant';
  const value = constants[2]?.data[0] ?? attributes.float('value', 0);
  const isOfPlane = given.length === 2 * axes.length && [0, 1, 4, 5].every((axis) => pads[axis] === 0);
  if (mode !== 'constant' || value !== 0 || dims.length !== 3 || !isOfPlane || !pads.every((edge) => edge >= 0)) {
    refuse('only rows and columns of zeros can be added');
  }
  const padding = [pads[2], pads[3], pads[6], pads[7]] as const;
  add({ kind: 'zeroPadding2d', name: name(), from: [source], padding });
}
