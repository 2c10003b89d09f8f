import { takersOf, type Network } from '@espalier/networks';
import type { Graph } from '@espalier/tensorflow';
import { addCrossEntropy } from '../graph/cross-entropy.js';
import type { NetworkGraph } from '../graph/network-graph.js';
import { FLOAT, T } from '../graph/reshape-tensors.js';

/** Sums over a batch. */
export interface Evaluation {
  readonly loss: string;
  readonly rightAnswers: string;
  /** Of each layer with a kernel, in the network's order. */
  readonly nonZeroInputs: readonly string[];
  readonly nonZeroOutputs: readonly string[];
}

export function addEvaluation(compiled: NetworkGraph): Evaluation {
  const { graph, network, labels } = compiled;
  const { layers, logits } = compiled.evaluationPass;
  // A tensor is counted once, however many layers take it.
  const counts = new Map<string, string>();
  const count = (layer: string): string => {
    const tensor = layers.get(layer)?.output ?? compiled.pixels;
    const known = counts.get(tensor) ?? nonZeros(graph, tensor);
    counts.set(tensor, known);
    return known;
  };
  return {
    loss: sum(graph, addCrossEntropy(compiled, logits)),
    rightAnswers: rightAnswers(graph, logits, labels),
    nonZeroInputs: compiled.weighted.map(({ geometry }) => count(geometry.sources[0])),
    nonZeroOutputs: compiled.weighted.map(({ name }) => count(writtenAs(network, name))),
  };
}

/**
 * The layer after which a layer's output is written: normalisations and activations run where
 * values are made, so that a convolution's zeros are those after its ReLU.
 */
function writtenAs(network: Network, name: string): string {
  const takers = takersOf(network, name);
  if (takers.length !== 1) return name;
  const [{ kind, name: next }] = takers;
  return kind === 'batchNormalization' || kind === 'activation' ? writtenAs(network, next) : name;
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
