import type { Layer } from '../../graph/network.js';
import { isVector } from '../../graph/infer-shapes.js';
import { isSameOrder, type OnnxOrder } from '../../formats/onnx-order.js';
import { transposed } from '../../formats/transpose-axes.js';
import { channelAxis, type OnnxNode, type OnnxOperator } from './node.js';

/** Operators that multiply with constants, or add them, and those that do so with each other. */
export const WEIGHTED_OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: gemm,
  MatMul: (node) => dense(node, false),
  BatchNormalization: batchNormalization,
  Add: (node) => combine(node, 'add', (constant) => ({ scale: [1], offset: constant })),
  Sum: (node) => combine(node, 'add', (constant) => ({ scale: [1], offset: constant })),
  Sub: (node) =>
    combine(node, undefined, (constant, isFirst) =>
      isFirst
        ? { scale: [-1], offset: constant }
        : { scale: [1], offset: constant.map((value) => (value === 0 ? 0 : -value)) },
    ),
  Mul: (node) => combine(node, 'multiply', (constant) => ({ scale: constant, offset: [0] })),
  Div: (node) =>
    combine(node, undefined, (constant, isFirst) =>
      isFirst ? undefined : { scale: constant.map((value) => 1 / value), offset: [0] },
    ),
};

function convolution({ attributes, image, constants, constant, name, add, weight, refuse }: OnnxNode): void {
  const { shape, data, isMissing } = constant(1, 'weights');
  if (shape.length !== 4) refuse(`weights of ${shape.length} dimensions; images need 4`);
  const [filters, inputChannels, kernelHeight, kernelWidth] = shape;
  const stated = attributes.integers('kernel_shape') ?? [kernelHeight, kernelWidth];
  if (stated.join() !== [kernelHeight, kernelWidth].join()) {
    refuse(`kernel_shape is [${stated.join(', ')}], its weights are ${kernelHeight} × ${kernelWidth}`);
  }
  const groups = attributes.integer('group', 1);
  const dilation = attributes.equal('dilations');
  const flow = image();
  if (flow.shape.channels !== inputChannels * groups) {
    refuse(`its weights are for ${inputChannels * groups} channels, its input has ${flow.shape.channels}`);
  }
  const hasBias = constants[2] !== undefined;
  const layer: Layer = {
    kind: 'conv2d',
    name: name(),
    from: [flow.name],
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
  const kernel = isMissing ? data : transposed(data, shape, [2, 3, 1, 0]);
  const kernelShape = [kernelHeight, kernelWidth, inputChannels, filters];
  weight(layer.name, 'kernel', kernelShape, { shape: kernelShape, data: kernel, ...(isMissing && { isMissing }) });
  if (hasBias) weight(layer.name, 'bias', [filters], constant(2, 'bias'));
}

/** It is priced, and cannot be run here. */
function transposedConvolution(node: OnnxNode): void {
  const { attributes, image, constant, name, pricedAs, refuse, insert } = node;
  const { shape } = constant(1, 'weights');
  if (shape.length !== 4) refuse(`weights of ${shape.length} dimensions; images need 4`);
  if (attributes.integer('group', 1) !== 1) refuse('groups of a transposed convolution cannot be priced; one can');
  if (attributes.equal('dilations') !== 1) refuse('a dilated transposed convolution cannot be priced');
  for (const name of ['output_padding', 'output_shape']) {
    if (attributes.integers(name)?.some((size) => size !== 0)) refuse(`${name} cannot be priced; pads can`);
  }
  const [, filters, kernelHeight, kernelWidth] = shape;
  const layer: Layer = {
    kind: 'transposedConv2d',
    name: name(),
    from: [image().name],
    filters,
    kernelSize: [kernelHeight, kernelWidth],
    stride: attributes.equal('strides'),
    padding: attributes.padding(),
  };
  pricedAs(insert(layer), 'a transposed convolution can be priced, not run');
}

/** α A B + β C: a dense layer where α and β are 1 and A is not transposed. */
function gemm(node: OnnxNode): void {
  const { attributes, refuse } = node;
  if (attributes.float('alpha', 1) !== 1 || attributes.float('beta', 1) !== 1 || attributes.integer('transA', 0)) {
    refuse('alpha, beta or transA are not what they are in a dense layer');
  }
  dense(node, attributes.integer('transB', 0) === 1);
}

function dense(node: OnnxNode, isTransposed: boolean): void {
  const { operator, flows, constants, constant, name, add, weight, refuse } = node;
  const { shape, data, isMissing } = constant(1, 'weights');
  if (shape.length !== 2) refuse(`weights of ${shape.length} dimensions; a dense layer has 2`);
  const [flow] = flows;
  if (flows.length !== 1 || constants[0]) refuse('it multiplies two tensors of the network; one with weights is known');
  const [rows, columns] = isTransposed ? [shape[1], shape[0]] : shape;
  const isRow = flow.dims.slice(0, -1).every((size) => size === 1) && (operator === 'MatMul' || flow.dims.length === 1);
  if (!isRow) refuse(`its input is [batch, ${flow.dims.join(', ')}]; a dense layer takes a vector`);
  if (rows !== flow.dims.at(-1)) refuse(`its weights have ${rows} rows, its input has ${flow.dims.at(-1)} values`);
  const hasBias = constants[2] !== undefined;
  const layer = name();
  add(
    { kind: 'dense', name: layer, from: [flow.name], units: columns, useBias: hasBias, activation: 'linear' },
    { dims: [...flow.dims.slice(0, -1), columns] },
  );
  const kernel = isTransposed && !isMissing ? transposed(data, shape, [1, 0]) : data;
  const placed = isMissing ? kernel : new Float32Array(kernel.length);
  for (let row = 0; !isMissing && row < rows; row++) {
    placed.set(kernel.subarray(row * columns, (row + 1) * columns), (flow.order?.[row] ?? row) * columns);
  }
  const kernelShape = [rows, columns];
  weight(layer, 'kernel', kernelShape, { shape: kernelShape, data: placed, ...(isMissing && { isMissing }) });
  if (hasBias) weight(layer, 'bias', [columns], rowOf(node, columns));
}

/** Gemm's C, which may be a number or one for each column, and is added to each row. */
function rowOf({ constant, refuse }: OnnxNode, columns: number): ReturnType<OnnxNode['constant']> {
  const bias = constant(2, 'bias');
  const { shape, data } = bias;
  if (bias.isMissing || (data.length === columns && shape.at(-1) === columns)) return bias;
  if (data.length !== 1) refuse(`a bias of [${shape.join(', ')}] does not fit ${columns} columns`);
  return { shape: [columns], data: new Float32Array(columns).fill(data[0]) };
}

function batchNormalization({ attributes, flows, constant, name, add, weight, refuse }: OnnxNode): void {
  const [flow] = flows;
  const { channels } = flow.shape;
  if (attributes.integer('training_mode', 0) !== 0) refuse('it normalises by the batch in use, too (training_mode)');
  if (attributes.integer('spatial', 1) !== 1) refuse('it normalises each pixel by itself (spatial is 0)');
  if (flow.channelsLast || flow.dims[0] !== channels) {
    refuse(`it normalises axis 1 of [batch, ${flow.dims.join(', ')}], which is not that of the channels`);
  }
  const layer = name();
  const epsilon = attributes.float('epsilon', 1e-5);
  const momentum = attributes.float('momentum', 0.9);
  add({ kind: 'batchNormalization', name: layer, from: [flow.name], epsilon, momentum }, flow);
  for (const [i, role] of (['gamma', 'beta', 'mean', 'variance'] as const).entries()) {
    const { data, ...rest } = constant(i + 1, role);
    if (!rest.isMissing && data.length !== channels)
      refuse(`its ${role} has ${data.length} values for ${channels} channels`);
    weight(layer, role, [channels], { ...rest, data: inOurOrder(data, flow.order) });
  }
}

interface Rescaling {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/**
 * Tensors that are put together, or a tensor with a constant.
 *
 * @param merge the layer for several tensors; undefined where there is none
 * @param rescale what a constant before or after the tensor comes to; undefined where it is not
 *   known
 */
function combine(
  node: OnnxNode,
  merge: 'add' | 'multiply' | undefined,
  rescale: (constant: number[], isFirst: boolean) => Rescaling | undefined,
): void {
  const { constants, flows, name, add, pricedAs, refuse } = node;
  const [flow] = flows;
  const at = constants.findIndex((each) => each !== undefined);
  if (at < 0 && flows.length === 1) return node.passes(flow);
  if (at < 0) {
    if (merge === undefined) return pricedAs(flow, 'a difference or quotient of two tensors can be priced, not run');
    return mergeFlows(node, merge);
  }
  if (flows.length > 1 || constants.length > 2)
    refuse('tensors of the network with constants among them are not known');
  const values = constants[at]?.isMissing ? undefined : perChannel(node, constants[at]);
  const rescaling = values && rescale(values, at === 0);
  if (rescaling && ![...rescaling.scale, ...rescaling.offset].every(Number.isFinite)) {
    refuse('its constant has values that are not finite, or depends on the number of images');
  }
  if (!rescaling) {
    const dims = flow.dims.join(', ');
    const shape = constants[at]?.shape.join(', ') ?? '';
    return pricedAs(
      flow,
      `a constant of [${shape}] with [batch, ${dims}] can be priced, not run; one for each channel can`,
    );
  }
  add({ kind: 'rescaling', name: name(), from: [flow.name], ...rescaling }, flow);
}

function mergeFlows(node: OnnxNode, kind: 'add' | 'multiply'): void {
  const { flows, name, add, lastLayer, refuse } = node;
  const [flow, second] = flows;
  const last = lastLayer();
  const isSwish =
    kind === 'multiply' &&
    flows.length === 2 &&
    last?.kind === 'activation' &&
    last.activation === 'sigmoid' &&
    last.name === second.name &&
    last.from?.[0] === flow.name;
  if (isSwish) {
    add({ kind: 'activation', name: name(), from: [flow.name], activation: 'swish' }, flow);
    return;
  }
  if (!isSameOrder(flows.map(({ order }) => order))) refuse('its inputs were flattened in different ways');
  const widest = flows.reduce((a, b) => (b.shape.height * b.shape.width > a.shape.height * a.shape.width ? b : a));
  for (const each of flows) {
    const isAlike = each.dims.length === widest.dims.length && each.dims.every((size, i) => size === widest.dims[i]);
    const isPixel =
      isVector(each.shape) && each.dims.length === 3 && each.dims[channelAxis(widest) - 1] === widest.shape.channels;
    const isSameLayout = isVector(each.shape) || Boolean(each.channelsLast) === Boolean(widest.channelsLast);
    if (!isSameLayout || !(isAlike || (isPixel && !isVector(widest.shape)))) {
      refuse(
        `it puts [batch, ${each.dims.join(', ')}] together with [batch, ${widest.dims.join(', ')}]; equal sizes, or one number for each channel, are known`,
      );
    }
  }
  add({ kind, name: name(), from: flows.map(({ name: source }) => source) }, widest);
}

/**
 * A constant as one number, or one for each channel in our order; undefined where it varies over
 * other axes.
 */
function perChannel({ flows: [flow] }: OnnxNode, constant: OnnxNode['constants'][number]): number[] | undefined {
  if (!constant) return undefined;
  const { data, shape } = constant;
  const rank = flow.dims.length + 1;
  if (shape.length > rank) return undefined;
  if (data.length === 1) return [data[0]];
  const aligned = [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const axis = channelAxis(flow);
  const isOfChannels = aligned.every((size, at) => size === (at === axis ? flow.shape.channels : 1));
  return isOfChannels ? [...inOurOrder(data, flow.order)] : undefined;
}

function inOurOrder(values: Float32Array, order: OnnxOrder | undefined): Float32Array {
  if (!order) return values;
  const placed = new Float32Array(values.length);
  order.forEach((at, from) => (placed[at] = values[from]));
  return placed;
}
