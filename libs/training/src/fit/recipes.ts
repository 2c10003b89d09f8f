import type { Network } from '@espalier/networks';
import type { Recipe } from './fit.js';

/** LeNet-5 reaches 99 % on MNIST's test images with it. */
const SMALL: Recipe = {
  epochs: 4,
  batchSize: 64,
  imagesPerEpoch: null,
  optimizer: 'sgd',
  learningRate: { name: 'cosine', peak: 0.04 },
};

/**
 * ResNet-20 reaches 89.4 % on CIFAR-10's test images with it, 90.5 % after a second cycle:
 * examples/models has the log.
 */
const NORMALIZED: Recipe = {
  epochs: 20,
  batchSize: 128,
  imagesPerEpoch: null,
  optimizer: 'sgd',
  nesterov: true,
  learningRate: { name: 'one-cycle', peak: 0.2, warmUp: 0.25 },
  weightDecay: 5e-4,
  augmentation: { crop: 4, flip: true, cutout: 0 },
};

/** How a network without batch normalisation, or with it, is trained from the start. */
export function denseRecipe(network: Network): Recipe {
  return network.layers.some(({ kind }) => kind === 'batchNormalization') ? NORMALIZED : SMALL;
}

/** How it is trained further after pruning: as many epochs as its schedule says. */
export function fineTuneRecipe(network: Network): Omit<Recipe, 'epochs'> {
  const dense = denseRecipe(network);
  const peak = dense === SMALL ? 0.12 : 0.05;
  return { ...dense, learningRate: { name: 'cosine', peak } };
}
