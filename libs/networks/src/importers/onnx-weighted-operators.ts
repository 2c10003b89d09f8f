import type { Layer } from '../network.js';
import { isSameOrder, type OnnxOrder } from '../onnx-order.js';
import { transposed } from '../transpose-axes.js';
import type { OnnxNode, OnnxOperator } from './onnx-node.js';

/** Operators that multiply with constants, or add them. */
export const WEIGHTED_OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  Conv: convolution,
  Gemm: (node) => {
    const { attributes } = node;
    if (attributes.float('alpha', 1) !== 1 || attributes.float('beta', 1) !== 1 || attributes.integer('transA', 0)) {
      node.refuse('alpha, beta or transA are not what they are in a dense layer');
    }
    dense(node, attributes.integer('transB', 0) === 1);
  },
  MatMul: (node) => dense(node, false),
  BatchNormalization: batchNormalization,
  Add: (node) => sum(node, 1),
  Sum: (node) => sum(node, 1),
  Sub: (node) => sum(node, -1),
  Mul: (node) => product(node, (value) => value),
  Div: (node) => product(node, (value) => 1 / value),
};

function convolution({ attributes, image, constants, constant, name, add, weight, refuse }: OnnxNode): void {
  const { shape, data } = constant(1, 'weights');
  if (shape.length !== 4) refuse(`weights of ${shape.length} dimensions; images need 4`);
  const [filters, inputChannels, kernelHeight, kernelWidth] = shape;
  const groups = attributes.integer('group', 1);
  const dilation = attributes.equal('dilations');
  const hasBias = constants.length > 2;
  const layer: Layer = {
    kind: 'conv2d',
    name: name(),
    from: [image().name],
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
  const kernel = transposed(data, shape, [2, 3, 1, 0]);
  weight(layer.name, 'kernel', [kernelHeight, kernelWidth, inputChannels, filters], kernel);
  if (hasBias) weight(layer.name, 'bias', [filters], constant(2, 'bias').data);
}

function dense({ flows, constants, constant, name, add, weight, refuse }: OnnxNode, isTransposed: boolean): void {
  const { shape, data } = constant(1, 'weights');
  if (shape.length !== 2) refuse(`weights of ${shape.length} dimensions; a dense layer has 2`);
  const [flow] = flows;
  const [rows, columns] = isTransposed ? [shape[1], shape[0]] : shape;
  if (rows !== flow.shape.height * flow.shape.width * flow.shape.channels) {
    refuse(`its weights have ${rows} rows, its input has ${flow.shape.channels} values`);
  }
  const kernel = isTransposed ? transposed(data, shape, [1, 0]) : data;
  const hasBias = constants.length > 2;
  const layer = name();
  add({ kind: 'dense', name: layer, from: [flow.name], units: columns, useBias: hasBias, activation: 'linear' });
  const placed = new Float32Array(kernel.length);
  for (let row = 0; row < rows; row++) {
    placed.set(kernel.subarray(row * columns, (row + 1) * columns), (flow.order?.[row] ?? row) * columns);
  }
  weight(layer, 'kernel', [rows, columns], placed);
  if (hasBias) weight(layer, 'bias', [columns], constant(2, 'bias').data);
}

function batchNormalization({ attributes, flows, constant, name, add, weight }: OnnxNode): void {
  const [flow] = flows;
  const layer = name();
  const epsilon = attributes.float('epsilon', 1e-5);
  const momentum = attributes.float('momentum', 0.9);
  add({ kind: 'batchNormalization', name: layer, from: [flow.name], epsilon, momentum }, flow.order);
  for (const [i, role] of (['gamma', 'beta', 'mean', 'variance'] as const).entries()) {
    const { data } = constant(i + 1, role);
    weight(layer, role, [data.length], inOurOrder(data, flow.order));
  }
}

function sum(node: OnnxNode, sign: 1 | -1): void {
  const { flows, name, add, refuse } = node;
  if (flows.length > 1) {
    if (sign < 0) refuse('a difference of two tensors is not known');
    merge(node, 'add');
    return;
  }
  const offset = perChannelConstant(node).map((value) => sign * value);
  const [flow] = flows;
  add({ kind: 'rescaling', name: name(), from: [flow.name], scale: [1], offset }, flow.order);
}

function product(node: OnnxNode, factor: (value: number) => number): void {
  const { operator, flows, name, add, lastLayer, refuse } = node;
  const [flow, second] = flows;
  if (second !== undefined) {
    if (operator === 'Div') refuse('a quotient of two tensors is not known');
    const last = lastLayer();
    const isSwish =
      last?.kind === 'activation' &&
      last.activation === 'sigmoid' &&
      last.name === second.name &&
      last.from?.[0] === flow.name;
    if (isSwish) add({ kind: 'activation', name: name(), from: [flow.name], activation: 'swish' }, flow.order);
    else merge(node, 'multiply');
    return;
  }
  const scale = perChannelConstant(node).map(factor);
  add({ kind: 'rescaling', name: name(), from: [flow.name], scale, offset: [0] }, flow.order);
}

function merge({ flows, name, add, refuse }: OnnxNode, kind: 'add' | 'multiply'): void {
  if (!isSameOrder(flows.map(({ order }) => order))) refuse('its inputs were flattened in different ways');
  add({ kind, name: name(), from: flows.map((flow) => flow.name) }, flows[0].order);
}

/** The constant beside the one input: a number for all channels, or one for each. */
function perChannelConstant({ operator, flows: [flow], constants, refuse }: OnnxNode): number[] {
  const at = constants.findIndex((each) => each !== undefined);
  const constant = constants[at] ?? refuse('its other input is not a constant of the file');
  if (at === 0 && (operator === 'Sub' || operator === 'Div')) refuse('a constant minus or over a tensor is not known');
  const { channels } = flow.shape;
  const { data, shape } = constant;
  if (data.length !== 1 && data.length !== channels) {
    refuse(`a constant of [${shape.join(', ')}] does not fit ${channels} channels`);
  }
  return [...(data.length === 1 ? data : inOurOrder(data, flow.order))];
}

function inOurOrder(values: Float32Array, order: OnnxOrder | undefined): Float32Array {
  if (!order) return values;
  const placed = new Float32Array(values.length);
  order.forEach((at, from) => (placed[at] = values[from]));
  return placed;
}
