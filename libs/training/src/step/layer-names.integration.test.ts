import { ImagesInMemory, type Split } from '@espalier/datasets';
import { inferShapes, type Conv2d, type Network } from '@espalier/networks';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { batchOf, weightGradients } from '../index.js';
import { SGD, withNetwork } from '../testing/residual-network.js';

const VALUES = { learningRate: 0.01, weightDecay: 0, labelSmoothing: 0, scalePenalty: 0, step: 1 };
const convolution = { kind: 'conv2d', kernelSize: [3, 3], stride: 1, padding: 'same', activation: 'linear' } as const;

/**
 * What adds several operations for one layer: a grouped convolution, a sum of three, poolings,
 * normalisations.
 */
function networkNamed(names: readonly string[]): Network {
  const [one, norm, grouped, two, sum, average, most, both, head] = names;
  return {
    name: 'names',
    input: { height: 6, width: 6, channels: 2 },
    classes: 3,
    layers: [
      { ...convolution, name: one, filters: 4 },
      { kind: 'batchNormalization', name: norm, epsilon: 1e-3, momentum: 0.9 },
      { ...convolution, name: grouped, from: [norm], filters: 4, groups: 2 },
      { ...convolution, name: two, from: [norm], filters: 4 },
      { kind: 'add', name: sum, from: [norm, grouped, two] },
      { kind: 'globalAveragePooling2d', name: average, from: [sum] },
      { kind: 'globalMaxPooling2d', name: most, from: [sum] },
      { kind: 'concatenate', name: both, from: [average, most] },
      { kind: 'dense', name: head, units: 3, activation: 'softmax' },
    ],
  };
}

const LABELS = Uint8Array.from({ length: 32 }, (_, i) => i % 3);
const images: Split = {
  images: new ImagesInMemory(
    Uint8Array.from({ length: 32 * 72 }, (_, i) => (i * 37) % 251),
    72,
  ),
  labels: LABELS,
  count: 32,
};

/** Names that Keras and PyTorch give, and those of operations and variables in the graph. */
const MEAN = [
  ...['conv2d', 'conv2d_1', 'conv2d_1_1', 'conv2d_2', 'Conv2D', 'MatMul', 'Const', 'Const_1', 'Mul', 'Mul_1', 'AddV2'],
  ...['images', 'labels', 'learningRate', 'gradients', 'add', 'add_1', 'add_2', 'batch_normalization', 'Relu', 'Mean'],
];

describe('TrainableNetwork', () => {
  it('trains, measures and has gradients whatever names its layers have', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.oneof(fc.constantFrom(...MEAN), fc.stringMatching(/^[A-Za-z][\w.-]{0,20}$/)), {
          minLength: 9,
          maxLength: 9,
        }),
        fc.boolean(),
        async (names, throughMasks) =>
          withNetwork(networkNamed(names.map((name) => (name === 'input' ? 'image' : name))), async (trainable) => {
            const loss = await trainable.step(batchOf(images, null, 0, 32), { ...SGD, throughMasks }, VALUES);
            expect(loss).toBeGreaterThan(0);
            expect((await trainable.measure(images, 'validation')).accuracy).toBeGreaterThanOrEqual(0);
            expect((await weightGradients(trainable, images, 32)).size).toBeGreaterThan(0);
          }),
      ),
      { numRuns: 12, examples: [[MEAN.slice(0, 9), true]] },
    );
  });
});

describe('a convolution with a stride and a dilation', () => {
  const cases = [1, 2, 3].flatMap((stride) =>
    (['valid', 'same', [1, 2, 3, 0]] as const).map((padding) => ({ stride, padding })),
  );
  it.each(cases)('is the sum over its window: stride $stride, padding $padding', async ({ stride, padding }) => {
    const layer: Conv2d = { ...convolution, name: 'conv', filters: 1, stride, padding, dilation: 2, useBias: false };
    const network: Network = {
      name: 'dilated',
      input: { height: 11, width: 8, channels: 1, preprocessing: { scale: [1], offset: [0] } },
      classes: 0,
      layers: [layer, { kind: 'flatten', name: 'flat' }],
    };
    const { output } = inferShapes({
      ...network,
      layers: [layer, { kind: 'globalMaxPooling2d', name: 'one' }],
      classes: 1,
    })[0];
    const classes = output.height * output.width;
    const pixels = Uint8Array.from({ length: 88 }, (_, i) => (i * 29) % 17);
    const kernel = Float32Array.from({ length: 9 }, (_, i) => i - 3);
    await withNetwork({ ...network, classes }, async (trainable) => {
      await trainable.load({
        weights: new Map([['conv/kernel', { shape: [3, 3, 1, 1], data: kernel }]]),
        masks: new Map(),
        slots: new Map(),
      });
      const split: Split = { images: new ImagesInMemory(pixels, 88), labels: Uint8Array.of(0), count: 1 };
      const answers = await trainable.answers(batchOf(split, null, 0, 1));
      expect([...answers]).toEqual(expected(pixels, kernel, layer, output));
    });
  });
});

/** By the definition; padding `same` is TensorFlow's: the smaller half is at the start. */
function expected(
  pixels: Uint8Array,
  kernel: Float32Array,
  { stride, padding }: Conv2d,
  output: { height: number; width: number },
): number[] {
  const before = (size: number, outputs: number): number =>
    Math.floor(Math.max((outputs - 1) * stride + 5 - size, 0) / 2);
  const [top, left] =
    padding === 'valid' ? [0, 0] : padding === 'same' ? [before(11, output.height), before(8, output.width)] : padding;
  const sums: number[] = [];
  for (let row = 0; row < output.height; row++) {
    for (let column = 0; column < output.width; column++) {
      let sum = 0;
      kernel.forEach((weight, i) => {
        const y = row * stride - top + 2 * Math.floor(i / 3);
        const x = column * stride - left + 2 * (i % 3);
        if (y >= 0 && y < 11 && x >= 0 && x < 8) sum += weight * pixels[8 * y + x];
      });
      sums.push(sum);
    }
  }
  return sums;
}
