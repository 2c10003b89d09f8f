import { isVector } from '../infer-shapes.js';
import type { Activation, GlobalPooling2d, Pooling2d } from '../network.js';
import { flattenedOrder, joinedOrder } from '../onnx-order.js';
import type { OnnxNode, OnnxOperator } from './onnx-node.js';

const activation =
  (name: Activation): OnnxOperator =>
  (node) =>
    activate(node, name);
/** Changes nothing when a trained network answers. */
const idle: OnnxOperator = ({ flows, passes }) => passes(flows[0]);

/** Operators without weights. */
export const IMAGE_OPERATORS: Readonly<Record<string, OnnxOperator>> = {
  Identity: idle,
  Dropout: idle,
  Cast: idle,
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softmax: activation('softmax'),
  Elu: (node) => {
    if (node.attributes.float('alpha', 1) !== 1) node.refuse('an ELU whose alpha is not 1 is not known');
    activate(node, 'elu');
  },
  LeakyRelu: (node) => activate(node, 'leakyRelu', node.attributes.float('alpha', 0.01)),
  Clip: (node) => {
    const low = node.constants[1]?.data[0] ?? node.attributes.float('min', -Infinity);
    const high = node.constants[2]?.data[0] ?? node.attributes.float('max', Infinity);
    if (low !== 0 || high !== 6) node.refuse(`clipping to ${low} and ${high} is not known; to 0 and 6 is`);
    activate(node, 'relu6');
  },
  MaxPool: (node) => pool(node, 'maxPooling2d', false),
  AveragePool: (node) => pool(node, 'averagePooling2d', node.attributes.integer('count_include_pad', 0) === 1),
  GlobalAveragePool: (node) => globalPool(node, 'globalAveragePooling2d'),
  GlobalMaxPool: (node) => globalPool(node, 'globalMaxPooling2d'),
  ReduceMean: (node) => {
    const axes = node.attributes.integers('axes') ?? [...(node.constants[1]?.data ?? [])];
    const counted = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
    if (counted.join() !== '2,3') {
      node.refuse(`a mean over axes ${axes.join(', ')} is not known; over height and width is`);
    }
    globalPool(node, 'globalAveragePooling2d');
  },
  Flatten: (node) => {
    if (!isVector(node.flows[0].shape) && node.attributes.integer('axis', 1) !== 1) {
      node.refuse('only flattening from axis 1 on is known');
    }
    flatten(node);
  },
  Reshape: (node) => {
    const target = node.constants[1]?.data;
    if (!isVector(node.flows[0].shape) && target && target.length !== 2) {
      node.refuse(`a reshape to [${target.join(', ')}] is not known; to a vector is`);
    }
    flatten(node);
  },
  Squeeze: squeeze,
  Unsqueeze: squeeze,
  Pad: pad,
  Transpose: transpose,
  Concat: concatenate,
};

function activate({ flows: [flow], name, add }: OnnxNode, kind: Activation, slope?: number): void {
  const layer = { kind: 'activation', name: name(), from: [flow.name], activation: kind } as const;
  add(slope === undefined ? layer : { ...layer, slope }, flow.order);
}

function pool(
  { attributes, image, name, add, insert, refuse }: OnnxNode,
  kind: Pooling2d['kind'],
  countsPadding: boolean,
): void {
  const { name: source, shape } = image();
  const [poolSize, other] = attributes.integers('kernel_shape') ?? refuse('it has no kernel_shape');
  if (poolSize !== other) refuse(`a window of ${poolSize} × ${other}: only square ones are known`);
  const stride = attributes.equal('strides');
  if (attributes.equal('dilations') !== 1) refuse('a dilated window is not known');
  const stated = attributes.padding();
  let padding = stated;
  if (attributes.integer('ceil_mode', 0) === 1 && stated !== 'same') {
    // A last window that reaches over the edge: as much padding more.
    const [top, left, bottom, right] = stated === 'valid' ? [0, 0, 0, 0] : stated;
    const beyond = (size: number): number => (stride - ((size - poolSize) % stride)) % stride;
    padding = [top, left, bottom + beyond(shape.height + top + bottom), right + beyond(shape.width + left + right)];
  }
  const own = name();
  if (!countsPadding || typeof padding === 'string') {
    add({ kind, name: own, from: [source], poolSize, stride, padding });
    return;
  }
  if (padding !== stated) refuse('padding that counts, with windows over the edge, is not known');
  const padded = insert({ kind: 'zeroPadding2d', name: name('_pad'), from: [source], padding });
  add({ kind, name: own, from: [padded.name], poolSize, stride, padding: 'valid' });
}

function globalPool({ flows: [flow], name, add }: OnnxNode, kind: GlobalPooling2d['kind']): void {
  add({ kind, name: name(), from: [flow.name] }, flow.order);
}

function flatten({ flows: [flow], name, add, passes }: OnnxNode): void {
  if (isVector(flow.shape)) passes(flow);
  else add({ kind: 'flatten', name: name(), from: [flow.name] }, flattenedOrder(flow.shape));
}

function squeeze({ flows: [flow], passes, refuse }: OnnxNode): void {
  if (!isVector(flow.shape)) refuse('it takes an image; only vectors can be squeezed');
  passes(flow);
}

function pad({ attributes, constants, image, name, add, refuse }: OnnxNode): void {
  const pads = attributes.integers('pads') ?? [...(constants[1]?.data ?? [])];
  const mode = attributes.text('mode') ?? 'constant';
  const value = constants[2]?.data[0] ?? attributes.float('value', 0);
  if (mode !== 'constant' || value !== 0 || pads.length !== 8 || [0, 1, 4, 5].some((axis) => pads[axis] !== 0)) {
    refuse('only rows and columns of zeros can be added');
  }
  const padding = [pads[2], pads[3], pads[6], pads[7]] as const;
  add({ kind: 'zeroPadding2d', name: name(), from: [image().name], padding });
}

function transpose({ attributes, flows: [flow], passes, refuse }: OnnxNode): void {
  const permutation = (attributes.integers('perm') ?? []).join();
  if (flow.channelsLast && permutation === '0,3,1,2') passes({ ...flow, channelsLast: false });
  else if (!flow.channelsLast && permutation === '0,2,3,1') passes({ ...flow, channelsLast: !isVector(flow.shape) });
  else if (isVector(flow.shape)) passes(flow);
  else refuse(`a transpose by [${permutation}] is not known`);
}

function concatenate({ attributes, flows, constants, name, add, refuse }: OnnxNode): void {
  const axis = attributes.integer('axis', 1);
  if (flows.length !== constants.length) {
    refuse('one of its inputs is a constant; only what the network makes is joined');
  }
  if (axis !== 1 && axis !== (isVector(flows[0].shape) ? -1 : -3)) {
    refuse(`it joins along axis ${axis}; only channels can be joined`);
  }
  const order = joinedOrder(flows.map(({ shape: { channels }, order: own }) => ({ channels, order: own })));
  add({ kind: 'concatenate', name: name(), from: flows.map((flow) => flow.name) }, order);
}
