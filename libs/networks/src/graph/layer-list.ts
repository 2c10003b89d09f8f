import type { LayerList, ListedLayer, ListedPadding } from '@espalier/contracts';
import type { DataMovement, LayerShape } from '@espalier/energy-model';
import { NetworkError } from './network.js';

/** A network as the energy model prices it, in the order in which its layers run. */
export interface PricedNetwork {
  readonly name: string;
  readonly layers: readonly (LayerShape | DataMovement)[];
  /**
   * For each layer the places of those whose outputs it takes; none if that is the network's input.
   */
  readonly sources: readonly (readonly number[])[];
}

interface Tensor {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Works out the shapes of a listed network.
 *
 * A transposed convolution is priced as the convolution that makes stride² outputs from each input
 * position, which does the same MACs without multiplying by inserted zeros. Activations and folded
 * normalisations run where values are made and cost nothing.
 *
 * @throws NetworkError naming the layer when shapes do not chain, or a layer takes from one that
 *   does not come before it
 */
export function pricedNetwork({ name, input, layers }: LayerList): PricedNetwork {
  const tensors = new Map<string, Tensor>([['input', input]]);
  /** The layers that make each tensor; several of one that is put together. */
  const makers = new Map<string, readonly number[]>([['input', []]]);
  const priced: (LayerShape | DataMovement)[] = [];
  const sources: (readonly number[])[] = [];
  let last = 'input';
  for (const layer of layers) {
    const refuse = (problem: string): never => {
      throw new NetworkError(`${name}, layer ${layer.name}: ${problem}`);
    };
    if (tensors.has(layer.name)) refuse('another layer has this name');
    const from = layer.from === undefined ? [last] : [layer.from].flat();
    const inputs = from.map(
      (source) =>
        tensors.get(source) ?? refuse(`there is no layer '${source}' before it; use 'input' or an earlier layer`),
    );
    const { output, shapes } = runLayer(layer, inputs, refuse);
    const made = from.flatMap((source) => makers.get(source) ?? []);
    shapes.forEach((shape, i) => {
      sources.push(i === 0 ? made : [priced.length - 1, ...made]);
      priced.push(shape);
    });
    tensors.set(layer.name, output);
    makers.set(layer.name, shapes.length > 0 ? [priced.length - 1] : made);
    last = layer.name;
  }
  return { name, layers: priced, sources };
}

/** What a listed layer gives, and what is priced of it. */
interface Run {
  readonly output: Tensor;
  readonly shapes: readonly (LayerShape | DataMovement)[];
}

/** @param refuse is called with what does not fit */
export function runLayer(layer: ListedLayer, inputs: readonly Tensor[], refuse: (problem: string) => never): Run {
  const [input] = inputs;
  const words = ({ channels, height, width }: Tensor): number => channels * height * width;
  const all = inputs.reduce((sum, each) => sum + words(each), 0);
  const one = (): Tensor => (inputs.length === 1 ? input : refuse(`it takes one input, not ${inputs.length}`));
  const moved = (output: Tensor, operations: number): Run => ({
    output,
    shapes: [{ name: layer.name, inputs: all, outputs: words(output), operations }],
  });
  switch (layer.kind) {
    case 'conv':
    case 'depthwise-conv': {
      const { channels } = one();
      const groups = layer.kind === 'conv' ? layer.groups : channels;
      const filters = layer.kind === 'conv' ? layer.filters : channels * layer.multiplier;
      if (channels % groups || filters % groups) {
        refuse(`${groups} groups do not divide its ${channels} input channels and ${filters} filters`);
      }
      const rows = slide(input.height, 0, layer, refuse);
      const columns = slide(input.width, 1, layer, refuse);
      return {
        output: { channels: filters, height: rows.output, width: columns.output },
        shapes: [
          {
            name: layer.name,
            groups,
            inputChannels: channels / groups,
            outputChannels: filters / groups,
            inputHeight: rows.input,
            inputWidth: columns.input,
            kernelHeight: rows.kernel,
            kernelWidth: columns.kernel,
            outputHeight: rows.output,
            outputWidth: columns.output,
            stride: layer.stride,
            dilation: layer.dilation,
          },
        ],
      };
    }
    case 'transposed-conv': {
      const { channels } = one();
      const { stride, filters } = layer;
      const along = (size: number, axis: 0 | 1): { kernel: number; output: number } => {
        const kernel = both(layer.kernel)[axis];
        const padded = layer.padding === 'same' ? undefined : paddedBy(layer.padding, axis);
        const output = padded === undefined ? size * stride : (size - 1) * stride + kernel - padded;
        if (output < 1) refuse(`a padding of ${padded} leaves no output`);
        return { kernel: Math.ceil(kernel / stride), output };
      };
      const [rows, columns] = [along(input.height, 0), along(input.width, 1)];
      return {
        output: { channels: filters, height: rows.output, width: columns.output },
        shapes: [
          {
            name: layer.name,
            groups: 1,
            inputChannels: channels,
            outputChannels: filters * stride * stride,
            inputHeight: input.height + rows.kernel - 1,
            inputWidth: input.width + columns.kernel - 1,
            kernelHeight: rows.kernel,
            kernelWidth: columns.kernel,
            outputHeight: input.height,
            outputWidth: input.width,
            stride: 1,
          },
        ],
      };
    }
    case 'dense':
      return {
        output: { channels: layer.units, height: 1, width: 1 },
        shapes: [product(layer.name, 1, all, layer.units, 1)],
      };
    case 'matmul': {
      if (input.channels % layer.heads) refuse(`${layer.heads} heads do not divide its ${input.channels} channels`);
      return {
        output: { channels: layer.columns * layer.heads, height: input.height, width: input.width },
        shapes: [
          product(layer.name, layer.heads, input.channels / layer.heads, layer.columns, input.height * input.width),
        ],
      };
    }
    case 'attention': {
      if (inputs.length !== 1 && inputs.length !== 3) refuse(`it takes Q, K and V, or one input, not ${inputs.length}`);
      const tokens = input.height * input.width;
      const features = inputs.length === 3 ? input.channels : input.channels / 3;
      if (!Number.isInteger(features / layer.heads)) {
        refuse(`its ${input.channels} channels are not Q, K and V for ${layer.heads} heads`);
      }
      const depth = features / layer.heads;
      return {
        output: { channels: features, height: input.height, width: input.width },
        shapes: [
          product(`${layer.name}/scores`, layer.heads, depth, tokens, tokens),
          product(`${layer.name}/values`, layer.heads, tokens, depth, tokens),
        ],
      };
    }
    case 'pool': {
      const [stride] = [layer.stride ?? both(layer.kernel)[0]];
      const window = { ...layer, stride, dilation: 1 };
      const rows = slide(one().height, 0, window, refuse);
      const columns = slide(input.width, 1, window, refuse);
      const output = { channels: input.channels, height: rows.output, width: columns.output };
      return moved(output, words(output) * rows.kernel * columns.kernel);
    }
    case 'global-pool':
      return moved({ channels: one().channels, height: 1, width: 1 }, all);
    case 'add':
    case 'multiply': {
      const largest = inputs.reduce((a, b) => (words(b) > words(a) ? b : a));
      const odd = inputs.find(
        ({ channels, height, width }) =>
          channels !== largest.channels ||
          !((height === largest.height && width === largest.width) || (height === 1 && width === 1)),
      );
      if (odd) refuse(`its inputs differ: ${text(odd)} and ${text(largest)}`);
      return moved(largest, words(largest) * Math.max(1, inputs.length - 1));
    }
    case 'concat': {
      const odd = inputs.find(({ height, width }) => height !== input.height || width !== input.width);
      if (odd) refuse(`its inputs differ in height or width: ${text(odd)} and ${text(input)}`);
      // Inputs are written side by side where they are made, so that nothing moves.
      return { output: { ...input, channels: inputs.reduce((sum, { channels }) => sum + channels, 0) }, shapes: [] };
    }
    case 'pad': {
      const [top, left, bottom, right] = layer.padding;
      const { channels, height, width } = one();
      return { output: { channels, height: height + top + bottom, width: width + left + right }, shapes: [] };
    }
    case 'activation':
      return { output: one(), shapes: [] };
    case 'batch-norm':
      return layer.folded ? { output: one(), shapes: [] } : moved(one(), words(input));
  }
}

const text = ({ channels, height, width }: Tensor): string => `${channels} × ${height} × ${width}`;

/** A matrix product: `rows` rows for each group. */
function product(name: string, groups: number, inner: number, columns: number, rows: number): LayerShape {
  return {
    name,
    groups,
    inputChannels: inner,
    outputChannels: columns,
    inputHeight: rows,
    inputWidth: 1,
    kernelHeight: 1,
    kernelWidth: 1,
    outputHeight: rows,
    outputWidth: 1,
    stride: 1,
  };
}

function both(plane: number | readonly [number, number]): readonly [number, number] {
  return typeof plane === 'number' ? [plane, plane] : plane;
}

/** Rows (or columns) of zeros at both ends together. */
function paddedBy(padding: Exclude<ListedPadding, 'same'>, axis: 0 | 1): number {
  if (padding === 'valid') return 0;
  if (typeof padding === 'number') return 2 * padding;
  return padding.length === 2 ? 2 * padding[axis] : padding[axis] + padding[axis + 2];
}

interface SlidingWindow {
  readonly kernel: number | readonly [number, number];
  readonly stride: number;
  readonly padding: ListedPadding;
  readonly dilation: number;
  readonly ceil?: boolean;
}

/**
 * Outputs of a window that slides along one axis, and the input that they touch, padding included.
 */
function slide(
  size: number,
  axis: 0 | 1,
  { kernel: plane, stride, padding, dilation, ceil = false }: SlidingWindow,
  refuse: (problem: string) => never,
): { input: number; kernel: number; output: number } {
  const kernel = both(plane)[axis];
  const reach = (kernel - 1) * dilation + 1;
  const padded = padding === 'same' ? 0 : paddedBy(padding, axis);
  const steps = (size + padded - reach) / stride;
  const output = padding === 'same' ? Math.ceil(size / stride) : (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (output < 1) {
    refuse(
      `a kernel of ${kernel} does not fit its input of ${size} with padding ${padded}; use more padding or a smaller kernel`,
    );
  }
  return { input: (output - 1) * stride + reach, kernel, output };
}
