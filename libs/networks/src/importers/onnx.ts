import { LayerListSchema, type LayerList, type LayerListInput } from '@espalier/contracts';
import type onnxProto from 'onnx-proto';
import { NetworkError } from '../network.js';
import { decodeOnnx } from './decode-onnx.js';

type Node = onnxProto.onnx.INodeProto;
type ListedInput = LayerListInput['layers'][number];

/** Operators that change neither values' number nor their place: what they cost happens where the values are made. */
const PASSING = new Set([
  ...['Relu', 'Clip', 'Sigmoid', 'Tanh', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'HardSigmoid', 'HardSwish', 'Softmax'],
  ...['LogSoftmax', 'Gelu', 'Softplus', 'Dropout', 'Identity', 'Cast', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'],
  ...['LRN', 'QuantizeLinear', 'DequantizeLinear'],
]);
/** Operators that only make constants: shapes, weights. */
const CONSTANT = new Set(['Constant', 'ConstantOfShape', 'Shape', 'Gather', 'Slice']);

/**
 * The layers of an ONNX model, as shapes: weights are not read, and need not be there.
 *
 * @param bytes the file's content
 * @throws NetworkError when it is not ONNX, is cut off, has an input whose size is not fixed, or an operator that is not
 *   known
 */
export function layersOfOnnx(bytes: Uint8Array, name: string): LayerList {
  const graph = decodeOnnx(bytes, name);
  const dims = tensorDimensions(graph, name);
  const weights = new Set((graph.initializer ?? []).map((tensor) => tensor.name ?? ''));
  const nodes = graph.node ?? [];
  const produced = new Set(nodes.flatMap((node) => node.output ?? []));
  const inputs = (graph.input ?? []).filter(
    (each) => !weights.has(each.name ?? '') && !isParameter(each.name ?? '', nodes),
  );
  if (inputs.length !== 1) {
    const names = inputs.map((each) => each.name).join(', ') || 'none';
    throw new NetworkError(
      `${name} has ${inputs.length} inputs (${names}); networks with one image as input can be priced`,
    );
  }
  const inputName = inputs[0].name ?? '';
  const input = imageShape(dims.get(inputName) ?? [], inputName, name);

  /** The listed layer that makes each tensor. */
  const makers = new Map([[inputName, 'input']]);
  const layers: ListedInput[] = [];
  nodes.forEach((node, i) => {
    const operator = node.opType ?? '';
    const label = layerName(node, i, new Set(makers.values()));
    const refuse = (problem: string): never => {
      throw new NetworkError(`${name}, node ${label} (${operator}): ${problem}`);
    };
    const [output] = node.output ?? [];
    if (output === undefined) return;
    const data = (node.input ?? []).filter((tensor) => makers.has(tensor));
    if (data.length === 0 && (CONSTANT.has(operator) || (node.input ?? []).every((tensor) => !produced.has(tensor)))) {
      if (!CONSTANT.has(operator) && (node.input ?? []).length > 0)
        refuse('none of its inputs comes from the network’s input');
      return;
    }
    const from = data.map((tensor) => makers.get(tensor) ?? '');
    if (from.length === 0) return;
    const source = from.length === 1 ? from[0] : from;
    const parameter = (node.input ?? []).find((tensor, j) => j > 0 && !makers.has(tensor));
    const parameterDims = parameter === undefined ? undefined : dims.get(parameter);
    const layer = listed(node, operator, label, source, parameterDims, refuse);
    if (layer === undefined) {
      // Each output is what came in.
      for (const each of node.output ?? []) makers.set(each, from[0]);
      return;
    }
    layers.push(layer);
    for (const each of node.output ?? []) makers.set(each, layer.name);
  });

  const list = LayerListSchema.safeParse({ name, input, layers });
  if (list.success) return list.data;
  const [issue] = list.error.issues;
  throw new NetworkError(`${name}: ${issue.path.join('.')}: ${issue.message}`);
}

/** Sizes of the tensors that the file states; a size that is not fixed is −1. */
function tensorDimensions(graph: onnxProto.onnx.IGraphProto, name: string): Map<string, number[]> {
  const dims = new Map<string, number[]>();
  for (const info of [...(graph.input ?? []), ...(graph.valueInfo ?? [])]) {
    const stated = info.type?.tensorType?.shape?.dim ?? [];
    dims.set(
      info.name ?? '',
      stated.map(({ dimValue, dimParam }) => (dimParam ? -1 : whole(dimValue, info.name ?? '', name))),
    );
  }
  for (const tensor of graph.initializer ?? []) {
    dims.set(
      tensor.name ?? '',
      (tensor.dims ?? []).map((size) => whole(size, tensor.name ?? '', name)),
    );
  }
  return dims;
}

function whole(value: unknown, tensor: string, name: string): number {
  const number = Number(value ?? -1);
  if (!Number.isSafeInteger(number)) throw new NetworkError(`${name}, tensor ${tensor}: a size of ${String(value)}`);
  return number === 0 ? -1 : number;
}

/** Whether an input of the graph is a weight whose values the file leaves out: it is never a node's first input. */
function isParameter(tensor: string, nodes: readonly Node[]): boolean {
  const users = nodes.filter(({ input }) => input?.includes(tensor));
  return users.length > 0 && users.every(({ input }) => input?.[0] !== tensor);
}

function imageShape(dims: readonly number[], tensor: string, name: string): LayerList['input'] {
  const [, ...sizes] = dims;
  if (sizes.length < 1 || sizes.length > 3) {
    throw new NetworkError(
      `${name}, input ${tensor}: [${dims.join(', ')}] is not [batch, channels, height, width] or [batch, values]`,
    );
  }
  sizes.forEach((size, i) => {
    if (size < 1) {
      throw new NetworkError(
        `${name}, input ${tensor}: its size along axis ${i + 1} is not fixed; export the model with a fixed input shape`,
      );
    }
  });
  const [channels, height = 1, width = 1] = sizes;
  return { channels, height, width };
}

function layerName(node: Node, index: number, used: ReadonlySet<string>): string {
  const name = (node.name || node.output?.[0] || `node${index}`).replace(/[^\w./:-]/g, '_').slice(0, 80);
  return used.has(name) ? `${name}:${index}` : name;
}

/** What a node is in a layer list; nothing where values only pass. */
function listed(
  node: Node,
  operator: string,
  name: string,
  from: string | string[],
  weights: readonly number[] | undefined,
  refuse: (problem: string) => never,
): ListedInput | undefined {
  const numbers = (attribute: string): number[] | undefined => {
    const found = node.attribute?.find((each) => each.name === attribute);
    return found?.ints?.length ? found.ints.map(Number) : undefined;
  };
  const number = (attribute: string, otherwise: number): number => {
    const found = node.attribute?.find((each) => each.name === attribute);
    return found ? Number(found.i ?? otherwise) : otherwise;
  };
  const equal = (attribute: string): number => {
    const [first, second = first] = numbers(attribute) ?? [1, 1];
    if (first !== second) refuse(`${attribute} of ${first} and ${second}: only equal ones can be priced`);
    return first;
  };
  const padding = (): LayerListPadding => {
    const automatic = node.attribute?.find((each) => each.name === 'auto_pad')?.s;
    const kind = automatic ? new TextDecoder().decode(automatic) : 'NOTSET';
    if (kind.startsWith('SAME')) return 'same';
    const pads = numbers('pads');
    if (pads === undefined) return 'valid';
    if (pads.length === 2) return [pads[0], 0, pads[1], 0];
    if (pads.length !== 4) return refuse(`pads of ${pads.length} numbers; 2 or 4 can be priced`);
    return [pads[0], pads[1], pads[2], pads[3]];
  };
  const plane = (sizes: readonly number[]): readonly [number, number] => {
    if (sizes.length === 1) return [sizes[0], 1];
    if (sizes.length !== 2) refuse(`a kernel of ${sizes.length} dimensions; 1 or 2 can be priced`);
    return [sizes[0], sizes[1]];
  };

  switch (operator) {
    case 'Conv':
    case 'ConvTranspose': {
      if (weights === undefined || weights.length < 3) return refuse('the shape of its weights is not in the file');
      const kernel = plane(numbers('kernel_shape') ?? weights.slice(2));
      const window = { kernel, stride: equal('strides'), padding: padding() };
      const groups = number('group', 1);
      if (operator === 'Conv') {
        return { name, kind: 'conv', from, ...window, filters: weights[0], groups, dilation: equal('dilations') };
      }
      if (groups !== 1) refuse(`${groups} groups: only one can be priced`);
      return { name, kind: 'transposed-conv', from, ...window, filters: weights[1] };
    }
    case 'Gemm':
    case 'MatMul': {
      if (weights?.length !== 2) {
        return refuse('the shape of its weights is not in the file; a product of two activations cannot be imported');
      }
      const isTransposed = operator === 'Gemm' && number('transB', 0) === 1;
      return { name, kind: 'dense', from, units: weights[isTransposed ? 0 : 1] };
    }
    case 'MaxPool':
    case 'AveragePool': {
      const kernel = plane(numbers('kernel_shape') ?? refuse('it has no kernel_shape'));
      return {
        name,
        kind: 'pool',
        from,
        kernel,
        stride: equal('strides'),
        padding: padding(),
        ceil: number('ceil_mode', 0) === 1,
      };
    }
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
    case 'ReduceMean':
      return { name, kind: 'global-pool', from };
    case 'Add':
    case 'Sum':
    case 'Sub':
      // A constant that is added is a bias.
      return typeof from === 'string' ? undefined : { name, kind: 'add', from };
    case 'Mul':
    case 'Div':
      return typeof from === 'string' ? undefined : { name, kind: 'multiply', from };
    case 'Concat':
      return { name, kind: 'concat', from };
    case 'BatchNormalization':
      return { name, kind: 'batch-norm', from };
    case 'Pad': {
      const pads = numbers('pads');
      if (pads?.length !== 8) return refuse('its pads are not in the node; fold constants when exporting');
      return { name, kind: 'pad', from, padding: [pads[2], pads[3], pads[6], pads[7]] };
    }
    default:
      if (PASSING.has(operator)) return undefined;
      return refuse(
        `this operator is not known; known are Conv, ConvTranspose, Gemm, MatMul, pools, Add, Mul, Concat, BatchNormalization, Pad, ${[...PASSING].slice(0, 6).join(', ')} and their like`,
      );
  }
}

type LayerListPadding = 'valid' | 'same' | readonly [number, number, number, number];
