import type { Graph } from '@espalier/tensorflow';
import type { NetworkGraph } from './network-graph.js';
import { T } from './reshape-tensors.js';

/**
 * Adds the softmax cross-entropy of a pass's logits to a graph: one number an image.
 *
 * @param onTarget share of the probability on the label, and `offTarget` on each other class; 1 and
 *   0 if left out
 */
export function addCrossEntropy(
  { graph, labels, network }: NetworkGraph,
  logits: string,
  onTarget = graph.scalar(1),
  offTarget = graph.scalar(0),
): string {
  const depth = graph.constant({ dtype: 'int32', shape: [], data: Int32Array.of(network.classes) });
  const targets = graph.add('OneHot', [labels, depth, onTarget, offTarget], { ...T, TI: { dtype: 'int32' } });
  return softmaxCrossEntropy(graph, logits, targets);
}

/**
 * − Σ targets log softmax(logits), one number an image. TensorFlow's operation for it gives other
 * bits in each run on a GPU.
 */
export function softmaxCrossEntropy(graph: Graph, logits: string, targets: string): string {
  const products = graph.add('Mul', [targets, graph.add('LogSoftmax', [logits], T)], T);
  return graph.add('Neg', [graph.add('Sum', [products, graph.integers(1)], T)], T);
}

/** The mean of one number an image over the batch. */
export function addMean({ graph }: NetworkGraph, values: string): string {
  return graph.add('Mean', [values, graph.integers(0)], T);
}
