import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { exportTfjsLayers, type Network } from '@espalier/networks';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  batchOf,
  encodeCheckpoint,
  fit,
  initialWeights,
  OutOfMemoryError,
  recalibrate,
  TrainableNetwork,
  weightGradients,
  type Recipe,
  type StepKind,
} from './index.js';

const ONE_THREAD = { intraOp: 1, interOp: 1 };
const SGD: StepKind = {
  optimizer: 'sgd',
  nesterov: false,
  decays: false,
  thinsScales: false,
  distils: false,
  throughMasks: false,
};
const VALUES = { learningRate: 0.01, weightDecay: 0, labelSmoothing: 0, scalePenalty: 0, step: 1 };
const none = { masks: new Map(), slots: new Map() };
const start = { epochsDone: 0, stepsIntoEpoch: 0 };

/** Everything that a residual network for small images has: branches, normalisations, depthwise and pointwise layers. */
const residual: Network = {
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

let data: DataSet;
beforeAll(async () => {
  data = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 1_100);
});

async function withNetwork<Result>(
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

describe('the compiled step of a residual network', () => {
  it.each([
    { optimizer: 'sgd' as const, theirs: () => tf.train.momentum(0.01, 0.9) },
    { optimizer: 'adam' as const, theirs: () => tf.train.adam(0.01, 0.9, 0.999, 1e-8) },
  ])('gives the losses that tfjs gives with the same model: $optimizer', async ({ optimizer, theirs }) => {
    const { modelJson, weightsBinary } = exportTfjsLayers(residual, initialWeights(residual, 1));
    const json = JSON.parse(modelJson) as {
      modelTopology: object;
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
    };
    const weightData = Uint8Array.from(weightsBinary).buffer;
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: json.weightsManifest[0].weights, weightData }),
    );
    model.compile({ optimizer: theirs(), loss: 'categoricalCrossentropy' });
    await withNetwork(residual, async (trainable) => {
      for (let step = 0; step < 8; step++) {
        const batch = batchOf(data.training, null, step * 32, (step + 1) * 32);
        const images = tf.tensor4d(
          Float32Array.from(batch.images, (byte) => byte / 255),
          [32, 28, 28, 1],
        );
        const labels = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), 10);
        const expected = (await model.trainOnBatch(images, labels)) as number;
        tf.dispose([images, labels]);
        const loss = await trainable.step(batch, { ...SGD, optimizer }, { ...VALUES, step: step + 1 });
        expect(Math.abs(loss - expected)).toBeLessThan(1e-4);
      }
    });
  });
});

describe('fine-tuning', () => {
  const recipe: Recipe = {
    epochs: 2,
    batchSize: 64,
    imagesPerEpoch: 640,
    optimizer: 'adamw',
    learningRate: { name: 'one-cycle', peak: 0.003, warmUp: 0.3 },
    weightDecay: 0.01,
    labelSmoothing: 0.1,
    augmentation: { crop: 2, flip: true, cutout: 6 },
  };

  it.each(['sgd', 'adam', 'adamw'] as const)('holds masks exactly under weight decay: %s', (optimizer) =>
    withNetwork(residual, async (trainable) => {
      const weights = initialWeights(residual, 1);
      const mask = (weights.get('left/kernel')?.data ?? new Float32Array()).map((_, i) => i % 2);
      await trainable.load({ weights, masks: new Map([['left', mask]]), slots: new Map() });
      for (let step = 0; step < 4; step++) {
        const batch = batchOf(data.training, null, step * 32, (step + 1) * 32);
        await trainable.step(
          batch,
          { ...SGD, optimizer, decays: true },
          { ...VALUES, weightDecay: 0.1, step: step + 1 },
        );
        const kernel = (await trainable.weights()).get('left/kernel')?.data ?? new Float32Array();
        expect(kernel.every((weight, i) => (mask[i] === 0) === (weight === 0))).toBe(true);
      }
    }),
  );

  it('that goes on in the middle of an epoch ends with the very weights of one that was never stopped', async () => {
    const end = { network: residual, epochsDone: 2, stepsIntoEpoch: 0 };
    let middle: Parameters<typeof encodeCheckpoint>[0] | undefined;
    const whole = await withNetwork(residual, async (trainable) => {
      await fit(trainable, data.training, {
        ...recipe,
        seed: 5,
        start,
        onStep: async (done, _of, position) => {
          if (done === 13) middle = { ...(await trainable.state()), ...position, network: residual };
        },
      });
      return encodeCheckpoint({ ...(await trainable.state()), ...end });
    });
    const from = middle;
    if (!from) throw new RangeError('the training had no thirteenth step');
    const resumed = await withNetwork(residual, async (trainable) => {
      await trainable.load(from);
      await fit(trainable, data.training, { ...recipe, seed: 5, start: from });
      return encodeCheckpoint({ ...(await trainable.state()), ...end });
    });
    expect(Buffer.compare(resumed, whole)).toBe(0);
  });

  it('of the same seed gives the same weights to the bit on two threads', async () => {
    const run = async (): Promise<Uint8Array> => {
      const trainable = new TrainableNetwork(residual, { intraOp: 2, interOp: 1 });
      await trainable.load({ weights: initialWeights(residual, 1), ...none });
      await fit(trainable, data.training, { ...recipe, epochs: 1, imagesPerEpoch: null, seed: 7, start });
      const state = await trainable.state();
      trainable.close();
      return encodeCheckpoint({ ...state, network: residual, epochsDone: 1, stepsIntoEpoch: 0 });
    };
    expect(Buffer.compare(await run(), await run())).toBe(0);
  });

  it('lets pruned weights learn behind their masks, and come back', () =>
    withNetwork(residual, async (trainable) => {
      const weights = initialWeights(residual, 1);
      const mask = (weights.get('left/kernel')?.data ?? new Float32Array()).map((_, i) => i % 2);
      await trainable.load({ weights, masks: new Map([['left', mask]]), slots: new Map() }, true);
      await trainable.step(batchOf(data.training, null, 0, 32), { ...SGD, throughMasks: true }, VALUES);
      const before = weights.get('left/kernel')?.data ?? new Float32Array();
      const after = (await trainable.weights()).get('left/kernel')?.data ?? new Float32Array();
      expect(after.some((weight, i) => mask[i] === 0 && weight !== before[i] && weight !== 0)).toBe(true);
    }));

  it('draws the scales of normalisations to 0 by the learning rate times the penalty, and nothing else', async () => {
    const after = async (scalePenalty: number): Promise<Map<string, Float32Array>> =>
      withNetwork(residual, async (trainable) => {
        const kind = { ...SGD, thinsScales: scalePenalty > 0 };
        await trainable.step(batchOf(data.training, null, 0, 32), kind, { ...VALUES, scalePenalty });
        return new Map([...(await trainable.weights())].map(([name, { data: values }]) => [name, values]));
      });
    const [without, drawn] = [await after(0), await after(0.05)];
    for (const [name, values] of without) {
      const difference = name.endsWith('/gamma') ? 0.01 * 0.05 : 0;
      values.forEach((value, i) => expect(value - (drawn.get(name)?.[i] ?? 0)).toBeCloseTo(difference, 6));
    }
  });

  it('learns from a teacher: its answers come closer than without', async () => {
    const teacher = new TrainableNetwork(residual, ONE_THREAD);
    await teacher.load({ weights: initialWeights(residual, 9), ...none });
    await fit(teacher, data.training, { ...recipe, epochs: 3, imagesPerEpoch: null, seed: 2, start });
    const distance = async (share: number): Promise<number> =>
      withNetwork(residual, async (trainable) => {
        await fit(trainable, data.training, {
          ...recipe,
          labelSmoothing: 0,
          imagesPerEpoch: null,
          seed: 3,
          start,
          ...(share > 0 && { teacher: { network: teacher, share, temperature: 4 } }),
        });
        const batch = batchOf(data.test, null, 0, 200);
        const [own, taught] = [await trainable.logits(batch), await teacher.logits(batch)];
        return own.reduce((sum, each, i) => sum + (each - taught[i]) ** 2, 0);
      });
    expect(await distance(1)).toBeLessThan(await distance(0));
    teacher.close();
  });

  it('measures batch normalisations anew, so that a network whose statistics are wrong is right again', () =>
    withNetwork(residual, async (trainable) => {
      await fit(trainable, data.training, {
        epochs: 6,
        batchSize: 32,
        imagesPerEpoch: null,
        optimizer: 'sgd',
        learningRate: { name: 'cosine', peak: 0.1 },
        seed: 2,
        start,
      });
      const { accuracy } = await trainable.measure(data.validation, 'validation');
      const state = await trainable.state();
      const spoilt = new Map(
        [...state.weights].map(([name, { shape, data: values }]) => [
          name,
          { shape, data: name.endsWith('/mean') ? values.map((mean) => mean + 3) : values },
        ]),
      );
      await trainable.load({ ...state, weights: spoilt });
      expect((await trainable.measure(data.validation, 'validation')).accuracy).toBeLessThan(accuracy);
      await recalibrate(trainable, data.training, 1_000);
      const again = await trainable.measure(data.validation, 'validation');
      expect(again.accuracy).toBeGreaterThan(accuracy - 0.05);
    }));

  it('says when there is no memory for a batch', async () => {
    const huge: Network = {
      name: 'huge',
      input: { height: 28, width: 28, channels: 1 },
      classes: 2,
      layers: [
        // Not a convolution: where TensorFlow runs those by oneDNN, that takes the process down on some processors.
        { kind: 'zeroPadding2d', name: 'wide', padding: [20_000, 20_000, 20_000, 20_000] },
        { kind: 'globalAveragePooling2d', name: 'global' },
        { kind: 'dense', name: 'head', units: 2, activation: 'linear' },
      ],
    };
    await withNetwork(huge, async (trainable) => {
      const batch = { images: new Uint8Array(20_000 * 784), labels: new Int32Array(20_000), count: 20_000 };
      await expect(trainable.step(batch, SGD, VALUES)).rejects.toThrow(OutOfMemoryError);
    });
  });
});

describe('gradients of weights', () => {
  it('are the differences of the loss when a weight moves', () =>
    withNetwork(residual, async (trainable) => {
      const part = { ...data.training, count: 32 };
      const gradients = await weightGradients(trainable, part, 32);
      const state = await trainable.state();
      const lossWith = async (at: number, change: number): Promise<number> => {
        const kernel = state.weights.get('head/kernel') ?? { shape: [], data: new Float32Array() };
        const moved = kernel.data.slice();
        moved[at] += change;
        await trainable.load({
          ...state,
          weights: new Map([...state.weights, ['head/kernel', { ...kernel, data: moved }]]),
        });
        return (await trainable.measure(part, 'validation')).loss;
      };
      for (const at of [0, 17, 88]) {
        const slope = ((await lossWith(at, 0.01)) - (await lossWith(at, -0.01))) / 0.02;
        expect(gradients.get('head')?.mean[at]).toBeCloseTo(slope, 3);
      }
    }));
});
