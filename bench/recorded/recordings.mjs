// What is recorded: which densities of which layers, trained how.

const convolutionsOf = (stage, { layers }) =>
  layers.filter(({ kind, name }) => kind === 'conv2d' && name.startsWith(stage)).map(({ name }) => name);

export const RECORDINGS = {
  'lenet-5-mnist': {
    model: 'examples/models/lenet-5-mnist.keras',
    data: 'mnist',
    levels: {
      conv1: [0.1, 0.2, 0.4, 0.8],
      conv2: [0.03, 0.06, 0.12, 0.24, 0.48],
      fc1: [0.006, 0.012, 0.024, 0.048, 0.096],
      fc2: [0.08, 0.16, 0.32, 0.64],
    },
    layersOf: (layer) => [layer],
    epochs: 3,
    imagesPerEpoch: 6_000,
    offGrid: 40,
  },
  'resnet-20-cifar-10': {
    model: 'examples/models/resnet-20-cifar-10.keras',
    data: 'cifar-10',
    // The layers of a stage have one density; the first convolution and the classifier stay dense.
    levels: {
      stage1: [0.12, 0.2, 0.33, 0.55, 0.9],
      stage2: [0.08, 0.15, 0.27, 0.5, 0.9],
      stage3: [0.05, 0.1, 0.2, 0.42, 0.9],
    },
    layersOf: convolutionsOf,
    epochs: 2,
    imagesPerEpoch: 2_000,
    offGrid: 20,
  },
};
