import type { Network } from '@espalier/networks';
import { initialWeights, TrainableNetwork, type StepKind } from '../index.js';

/**
 * Everything that a residual network for small images has: branches, normalisations, depthwise and
 * pointwise layers.
 */
export const residual: Network = {
  name: 'residual',
  input: { height: 28, width: 28, channels: 1 },
  classes: 10,
  layers: [
    {
      kind: 'conv2d',
      name: 'stem',
      filters: 8,
      kernelSize: [3, 3],
      stride: 2,
      padding: 'same',
      useBias: false,
      activation: 'linear',
    },
    { kind: 'batchNormalization', name: 'stem_norm', epsilon: 1e-3, momentum: 0.9 },
    { kind: 'activation', name: 'stem_relu', activation: 'relu6' },
    {
      kind: 'conv2d',
      name: 'depthwise',
      filters: 8,
      kernelSize: [3, 3],
      stride: 1,
      padding: 'same',
      groups: 8,
      activation: 'linear',
    },
    { kind: 'batchNormalization', name: 'depthwise_norm', epsilon: 1e-3, momentum: 0.9 },
    { kind: 'add', name: 'sum', from: ['depthwise_norm', 'stem_relu'] },
    { kind: 'maxPooling2d', name: 'pool', poolSize: 3, stride: 2, padding: 'same' },
    {
      kind: 'conv2d',
      name: 'left',
      from: ['pool'],
      filters: 6,
      kernelSize: [1, 1],
      stride: 1,
      padding: 'valid',
      activation: 'elu',
    },
    { kind: 'averagePooling2d', name: 'average', from: ['pool'], poolSize: 3, stride: 1, padding: 'same' },
    { kind: 'concatenate', name: 'both', from: ['left', 'average'] },
    { kind: 'globalAveragePooling2d', name: 'global' },
    { kind: 'dense', name: 'head', units: 10, activation: 'softmax' },
  ],
};

/** A step of plain SGD. */
export const SGD: StepKind = {
  optimizer: 'sgd',
  nesterov: false,
  decays: false,
  thinsScales: false,
  distils: false,
  throughMasks: false,
};

export const ONE_THREAD = { intraOp: 1, interOp: 1 };
export const none = { masks: new Map(), slots: new Map() };

/** With a network that is closed again, at its first weights. */
export async function withNetwork<Result>(
  network: Network,
  use: (trainable: TrainableNetwork) => Promise<Result>,
): Promise<Result> {
  const trainable = new TrainableNetwork(network, ONE_THREAD);
  try {
    await trainable.load({ weights: initialWeights(network, 1), ...none });
    return await use(trainable);
  } finally {
    trainable.close();
  }
}
