import { inferShapes, type Activation, type Layer, type Network } from '@espalier/networks';
import { Graph, type Attribute, type Variable } from '@espalier/tensorflow';

const FLOAT: Attribute = { dtype: 'float32' };
const T = { T: FLOAT };

/** Where a layer with weights stands in a compiled graph. */
export interface CompiledLayer {
  readonly name: string;
  readonly input: string;
  /** Output before bias and activation, as a matrix of rows × filters: what energy-aware pruning reproduces. */
  readonly product: string;
  /** Output after the activation. */
  readonly output: string;
  readonly kernel: TrainedVariable;
  readonly bias: TrainedVariable;
  readonly mask: Variable;
  /** Inputs as a matrix of rows × weights of one filter, in the kernel's order. */
  readonly patches: string;
}
export interface TrainedVariable {
  readonly value: Variable;
  readonly momentum: Variable;
}

export interface CompiledGraph {
  readonly graph: Graph;
  readonly images: string;
  readonly labels: string;
  readonly learningRate: string;
  readonly layers: readonly CompiledLayer[];
  readonly logits: string;
  readonly meanLoss: string;
  readonly trainStep: readonly string[];
  /** Sums over the batch: loss, right answers, then non-zero inputs and outputs of each layer. */
  readonly evaluation: readonly string[];
}

/**
 * Builds the forward pass, the training step and the measurements of a network as one TensorFlow graph.
 *
 * The step is SGD with momentum on the mean softmax cross-entropy. Gradients of kernels are multiplied by their masks:
 * a pruned weight that starts at 0 with momentum 0 stays exactly 0, while the forward pass costs what it always did.
 */
export function compileNetwork(
  network: Network,
  { momentum, threads }: { momentum: number; threads: { intraOp: number; interOp: number } },
): CompiledGraph {
  const graph = new Graph(threads);
  const { height, width, channels } = network.input;
  const images = graph.placeholder('images', 'uint8', [-1, height, width, channels]);
  const labels = graph.placeholder('labels', 'int32', [-1]);
  const learningRate = graph.placeholder('learningRate', 'float32', []);

  const bytes = graph.add('Cast', [images], { SrcT: { dtype: 'uint8' }, DstT: FLOAT });
  let flow = graph.add('Mul', [bytes, graph.scalar(1 / 255)], T);
  const layers: CompiledLayer[] = [];
  for (const { layer, input, output } of inferShapes(network)) {
    const compiled = compileLayer(graph, layer, flow, input.channels, output.channels);
    if (compiled.weighted) layers.push(compiled.weighted);
    flow = compiled.output;
  }
  const logits = flow;

  const depth = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(network.classes) });
  const oneHot = graph.add('OneHot', [labels, depth, graph.scalar(1), graph.scalar(0)], {
    ...T,
    TI: { dtype: 'int32' },
  });
  const losses = graph.add('SoftmaxCrossEntropyWithLogits', [logits, oneHot], T);
  const meanLoss = graph.add('Mean', [losses, graph.integers(0)], T);

  const trained = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  const gradients = graph.gradients(
    [meanLoss],
    trained.map(({ value }) => value.read),
  );
  const momentumConstant = graph.scalar(momentum);
  const trainStep = trained.map((variable, i) => {
    const layer = layers.find(({ kernel }) => kernel === variable);
    const gradient = layer ? graph.add('Mul', [gradients[i], layer.mask.read], T) : gradients[i];
    return graph.add(
      'ResourceApplyMomentum',
      [variable.value.handle, variable.momentum.handle, learningRate, gradient, momentumConstant],
      T,
    );
  });

  const evaluation = [sum(graph, losses), rightAnswers(graph, logits, labels)];
  for (const layer of layers) evaluation.push(nonZeros(graph, layer.input), nonZeros(graph, layer.output));
  return { graph, images, labels, learningRate, layers, logits, meanLoss, trainStep, evaluation };
}

function compileLayer(
  graph: Graph,
  layer: Layer,
  input: string,
  inputChannels: number,
  outputChannels: number,
): { output: string; weighted?: CompiledLayer } {
  switch (layer.kind) {
    case 'maxPooling2d': {
      const attributes = {
        ...T,
        ksize: { ints: [1, layer.poolSize, layer.poolSize, 1] },
        strides: { ints: [1, layer.stride, layer.stride, 1] },
        padding: { string: 'VALID' },
      };
      return { output: graph.add('MaxPool', [input], attributes, layer.name) };
    }
    case 'flatten':
      return { output: graph.add('Reshape', [input, graph.integers(-1, outputChannels)], T, layer.name) };
    case 'conv2d': {
      const [kernelHeight, kernelWidth] = layer.kernelSize;
      const strides = { ints: [1, layer.stride, layer.stride, 1] };
      const padding = { string: layer.padding.toUpperCase() };
      const weights = variables(graph, layer.name, [kernelHeight, kernelWidth, inputChannels, outputChannels]);
      const convolved = graph.add('Conv2D', [input, weights.kernel.value.read], { ...T, strides, padding }, layer.name);
      const extracted = graph.add('ExtractImagePatches', [input], {
        ...T,
        ksizes: { ints: [1, kernelHeight, kernelWidth, 1] },
        strides,
        rates: { ints: [1, 1, 1, 1] },
        padding,
      });
      const patches = graph.add(
        'Reshape',
        [extracted, graph.integers(-1, kernelHeight * kernelWidth * inputChannels)],
        T,
      );
      const product = graph.add('Reshape', [convolved, graph.integers(-1, outputChannels)], T);
      const output = withBias(graph, convolved, weights.bias, layer.activation);
      return { output, weighted: { name: layer.name, input, product, output, patches, ...weights } };
    }
    case 'dense': {
      const weights = variables(graph, layer.name, [inputChannels, outputChannels]);
      const product = graph.add('MatMul', [input, weights.kernel.value.read], T, layer.name);
      const output = withBias(graph, product, weights.bias, layer.activation);
      return { output, weighted: { name: layer.name, input, product, output, patches: input, ...weights } };
    }
  }
}

function variables(
  graph: Graph,
  layer: string,
  kernelShape: readonly number[],
): { kernel: TrainedVariable; bias: TrainedVariable; mask: Variable } {
  const trained = (name: string, shape: readonly number[]): TrainedVariable => ({
    value: graph.variable(name, shape),
    momentum: graph.variable(`${name}/momentum`, shape),
  });
  return {
    kernel: trained(`${layer}/kernel`, kernelShape),
    bias: trained(`${layer}/bias`, kernelShape.slice(-1)),
    mask: graph.variable(`${layer}/kernel/mask`, kernelShape),
  };
}

function withBias(graph: Graph, product: string, bias: TrainedVariable, activation: Activation): string {
  const biased = graph.add('BiasAdd', [product, bias.value.read], T);
  return activation === 'relu' ? graph.add('Relu', [biased], T) : biased;
}

function sum(graph: Graph, values: string): string {
  const flat = graph.add('Reshape', [values, graph.integers(-1)], T);
  return graph.add('Sum', [flat, graph.integers(0)], T);
}

function rightAnswers(graph: Graph, logits: string, labels: string): string {
  const axis = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(1) });
  const answers = graph.add('ArgMax', [logits, axis], { ...T, output_type: { dtype: 'int32' } });
  const right = graph.add('Equal', [answers, labels], { T: { dtype: 'int32' } });
  return sum(graph, graph.add('Cast', [right], { SrcT: { dtype: 'bool' }, DstT: FLOAT }));
}

function nonZeros(graph: Graph, values: string): string {
  const notZero = graph.add('NotEqual', [values, graph.scalar(0)], T);
  return sum(graph, graph.add('Cast', [notZero], { SrcT: { dtype: 'bool' }, DstT: FLOAT }));
}
