import { isVector } from '../../graph/infer-shapes.js';
import { flattenedOrder, joinedOrder } from '../../formats/onnx-order.js';
import { sizeOf } from '../../graph/weights.js';
import { axisOf, channelAxis, type OnnxNode, type OnnxOperator } from './node.js';

/** Operators that lay values out in another way, or put them together. */
export const SHAPE_OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  Flatten: (node) => {
    const [flow] = node.flows;
    const axis = axisOf(node.attributes.integer('axis', 1), flow);
    const before = axis < 1 ? NaN : sizeOf(flow.dims.slice(0, axis - 1));
    if (before !== 1) node.refuse(`it flattens from axis ${axis} on; from axis 1 on is known`);
    laidOut(node, [sizeOf(flow.dims)]);
  },
  Reshape: reshape,
  Squeeze: (node) => {
    const [flow] = node.flows;
    const given = node.attributes.integersOr('axes', node.constants[1]);
    const axes = given?.map((axis) => axisOf(axis, flow));
    if (axes?.includes(0)) node.refuse('it takes the batch away');
    if (axes?.some((axis) => flow.dims[axis - 1] !== 1)) node.refuse(`axes ${axes.join(', ')} are not all of size 1`);
    const dims = flow.dims.filter((size, i) => !(axes ? axes.includes(i + 1) : size === 1));
    laidOut(node, dims.length === 0 ? [1] : dims);
  },
  Unsqueeze: (node) => {
    const [flow] = node.flows;
    const given = node.attributes.integersOr('axes', node.constants[1]) ?? [];
    const dims = [...flow.dims];
    const rank = dims.length + 1 + given.length;
    for (const axis of given.map((each) => (each < 0 ? each + rank : each)).sort((a, b) => a - b)) {
      if (axis < 1) node.refuse('it puts an axis before the batch');
      dims.splice(axis - 1, 0, 1);
    }
    laidOut(node, dims);
  },
  Transpose: transpose,
  Concat: concatenate,
};

/**
 * The same values in other sizes: only a vector, or an image that becomes one, can be laid out
 * anew.
 */
function laidOut(node: OnnxNode, dims: readonly number[]): void {
  const { flows, name, add, passes, refuse } = node;
  const [flow] = flows;
  const { order, channelsLast, shape } = flow;
  if (dims.join() === flow.dims.join()) passes(flow);
  else if (dims.filter((size) => size > 1).length > 1 || sizeOf(dims) !== sizeOf(flow.dims)) {
    refuse(`it makes [${dims.join(', ')}] of [${flow.dims.join(', ')}]; a vector of all its values is known`);
  } else if (isVector(shape)) passes({ ...flow, dims });
  else {
    const layer = { kind: 'flatten', name: name(), from: [flow.name] } as const;
    // With the channels last ONNX has the values in our order.
    add(layer, { dims, order: channelsLast ? order : flattenedOrder(shape) });
  }
}

/** The sizes that a Reshape asks for, without the batch; it must leave the batch as it is. */
function reshape(node: OnnxNode): void {
  const { attributes, constants, fixedBatch, flows, inputBecomes, refuse } = node;
  const [flow] = flows;
  const target = attributes.integersOr('shape', constants[1]) ?? refuse('its sizes are not constants');
  const shown = target.map((size) => (Number.isNaN(size) ? 'batch' : size)).join(', ');
  if (attributes.integer('allowzero', 0) === 1 && target.includes(0)) refuse(`a size of 0 in [${shown}]`);
  const [batch, ...rest] = target.map((size, i) => (size === 0 && i > 0 ? flow.dims[i - 1] : size));
  const known = rest.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const size = sizeOf(flow.dims);
  const dims = rest.map((each) => (each === -1 ? size / known : each));
  const isBatchKept = Number.isNaN(batch) || batch === 0 || batch === -1 || batch === (fixedBatch ?? 1);
  if (!isBatchKept || dims.length === 0 || sizeOf(dims) !== size || dims.some((each) => !Number.isInteger(each))) {
    refuse(`it makes [${shown}] of [batch, ${flow.dims.join(', ')}]; each image must keep its values`);
  }
  const isImage = dims.length === 3 && dims[1] * dims[2] > 1;
  if (flow.name === 'input' && isVector(flow.shape) && isImage && !flow.channelsLast) {
    const [channels, height, width] = dims;
    inputBecomes({ channels, height, width });
  } else laidOut(node, dims);
}

function transpose({ attributes, flows: [flow], passes, refuse }: OnnxNode): void {
  const { dims, shape, channelsLast } = flow;
  const permutation = attributes.integers('perm') ?? [];
  const isWhole = [...permutation].sort((a, b) => a - b).join() === [0, ...dims].map((_, axis) => axis).join();
  if (!isWhole || permutation[0] !== 0) refuse(`a transpose by [${permutation.join(', ')}] is not known`);
  const turned = permutation.slice(1).map((axis) => dims[axis - 1]);
  if (isVector(shape)) return passes({ ...flow, dims: turned });
  const isSame = permutation.every((axis, i) => axis === i);
  if (isSame) return passes(flow);
  if (channelsLast && permutation.join() === '0,3,1,2') return passes({ ...flow, dims: turned, channelsLast: false });
  if (!channelsLast && permutation.join() === '0,2,3,1') return passes({ ...flow, dims: turned, channelsLast: true });
  refuse(`a transpose by [${permutation.join(', ')}] is not known; channels to the end and back are`);
}

function concatenate({ attributes, flows, constants, name, add, refuse }: OnnxNode): void {
  const [first] = flows;
  const axis = axisOf(attributes.integer('axis', 1), first);
  if (flows.length !== constants.length) {
    refuse('one of its inputs is a constant; only what the network makes is joined');
  }
  for (const flow of flows) {
    const isAlike =
      flow.dims.length === first.dims.length && Boolean(flow.channelsLast) === Boolean(first.channelsLast);
    const isVectorAlongAxis = isVector(flow.shape) && flow.dims[axis - 1] === flow.shape.channels;
    if (!isAlike || !(isVectorAlongAxis || (!isVector(flow.shape) && axis === channelAxis(flow)))) {
      refuse(`it joins along axis ${axis}; only channels can be joined`);
    }
  }
  const order = joinedOrder(flows.map(({ shape: { channels }, order: own }) => ({ channels, order: own })));
  const dims = first.dims.map((size, i) =>
    i === axis - 1 ? flows.reduce((sum, each) => sum + each.dims[i], 0) : size,
  );
  const layer = { kind: 'concatenate', name: name(), from: flows.map((flow) => flow.name) } as const;
  add(layer, { dims, order, channelsLast: first.channelsLast });
}
