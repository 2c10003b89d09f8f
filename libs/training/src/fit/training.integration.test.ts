import '@espalier/tensorflow/removed-util-functions';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { zooNetwork } from '@espalier/networks';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  batchOf,
  decodeCheckpoint,
  encodeCheckpoint,
  fit,
  initialWeights,
  layerStatistics,
  MOMENTUM,
  TrainableNetwork,
  type Masks,
  type TrainingState,
} from '../index.js';
import { SGD } from '../testing/residual-network.js';

const lenet = zooNetwork('lenet-5');
let data: DataSet;
let network: TrainableNetwork;
beforeAll(async () => {
  data = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 1_100);
  network = new TrainableNetwork(lenet, { intraOp: 1, interOp: 1 });
});
afterAll(() => network.close());

const fresh = (masks: Masks = new Map()): TrainingState => ({
  weights: initialWeights(lenet, 1),
  masks,
  slots: new Map(),
});
const step = (from: number, to: number, learningRate: number): Promise<number> =>
  network.step(batchOf(data.training, order, from, to), SGD, {
    learningRate,
    weightDecay: 0,
    labelSmoothing: 0,
    scalePenalty: 0,
    step: 1,
  });
const order = Uint32Array.from({ length: 1_100 }, (_, i) => (i * 7) % 1_100);

/** The same network in tfjs, run one operation at a time: the oracle for the compiled graph. */
function eager(state: TrainingState) {
  const variables = [...state.weights].map(([name, { shape, data: values }]) =>
    tf.variable(tf.tensor(values, [...shape]), true, `${name}-${Math.random()}`),
  );
  const [c1, c1b, c2, c2b, f1, f1b, f2, f2b] = variables;
  const optimizer = tf.train.momentum(0.05, MOMENTUM);
  const logits = (x: tf.Tensor4D): tf.Tensor2D => {
    const conv = (h: tf.Tensor4D, kernel: tf.Variable, bias: tf.Variable): tf.Tensor4D =>
      tf.maxPool(tf.relu(tf.add(tf.conv2d(h, kernel as tf.Tensor as tf.Tensor4D, 1, 'valid'), bias)), 2, 2, 'valid');
    const features = conv(conv(x, c1, c1b), c2, c2b).reshape<tf.Tensor2D>([-1, 800]);
    const hidden = tf.relu(tf.add<tf.Tensor2D>(tf.matMul(features, f1 as tf.Tensor as tf.Tensor2D), f1b));
    return tf.add(tf.matMul(hidden, f2 as tf.Tensor as tf.Tensor2D), f2b);
  };
  return {
    step: (images: Float32Array, labels: Int32Array): number =>
      tf.tidy(() => {
        const x = tf.tensor4d(images, [labels.length, 28, 28, 1]);
        const y = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
        const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(x)), true, variables);
        return loss?.dataSync()[0] ?? NaN;
      }),
    dispose: () => {
      tf.dispose(variables);
      optimizer.dispose();
    },
  };
}

describe('the compiled training step', () => {
  it('gives the losses that tfjs gives one operation at a time, step by step', async () => {
    await network.load(fresh());
    const oracle = eager(fresh());
    for (let n = 0; n < 12; n++) {
      const from = n * 32;
      const at = [...order.subarray(from, from + 32)];
      const images = Float32Array.from(data.training.images.gather(at), (byte) => byte / 255);
      const labels = Int32Array.from(at, (i) => data.training.labels[i]);
      const expected = oracle.step(images, labels);
      expect(await step(from, from + 32, 0.05)).toBeCloseTo(expected, 4);
    }
    oracle.dispose();
  });

  it('holds masks exactly: a pruned weight is 0 after every step, the others move', async () => {
    const start = fresh();
    const masks: Masks = new Map(
      ['conv2', 'fc1'].map((layer) => {
        const { data: kernel } = start.weights.get(`${layer}/kernel`) ?? { data: new Float32Array() };
        return [layer, kernel.map((_, i) => (i % 3 === 0 ? 1 : 0))];
      }),
    );
    await network.load({ ...start, masks });
    for (let n = 0; n < 5; n++) {
      await step(n * 64, (n + 1) * 64, 0.1);
      const { weights } = await network.state();
      for (const [layer, mask] of masks) {
        const kernel = weights.get(`${layer}/kernel`)?.data ?? new Float32Array();
        expect(kernel.every((weight, i) => mask[i] === 1 || weight === 0)).toBe(true);
        expect(
          kernel.some((weight, i) => mask[i] === 1 && weight !== start.weights.get(`${layer}/kernel`)?.data[i]),
        ).toBe(true);
      }
    }
  });
});

describe('training', () => {
  const start = { epochsDone: 0, stepsIntoEpoch: 0 };
  const learningRate = { name: 'cosine', peak: 0.05 } as const;
  const options = { batchSize: 64, imagesPerEpoch: null, optimizer: 'sgd', learningRate, seed: 3, start } as const;

  it('that goes on from a checkpoint ends with the very weights of training that was never stopped', async () => {
    await network.load(fresh());
    let checkpoint: Uint8Array = new Uint8Array();
    await fit(network, data.training, {
      ...options,
      epochs: 2,
      onStep: async (done, _of, position) => {
        // In the middle of the second epoch.
        if (done === 25) checkpoint = encodeCheckpoint({ ...(await network.state()), ...position, network: lenet });
      },
    });
    const end = { network: lenet, epochsDone: 2, stepsIntoEpoch: 0 };
    const whole = encodeCheckpoint({ ...(await network.state()), ...end });
    const again = decodeCheckpoint(lenet, checkpoint);
    await network.load(again);
    expect(again.stepsIntoEpoch).toBe(7);
    await fit(network, data.training, { ...options, epochs: 2, start: again });
    const resumed = encodeCheckpoint({ ...(await network.state()), ...end });
    expect(Buffer.compare(whole, resumed)).toBe(0);
  });

  it('learns: LeNet-5 answers most of what it has not seen after three epochs of 1,100 images', async () => {
    await network.load(fresh());
    await fit(network, data.training, { ...options, epochs: 3 });
    const { accuracy, images, profile } = await network.measure(data.test, 'test');
    expect(images).toBe(200);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(profile.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2']);
    expect(profile.layers[0].density.inputs).toBeGreaterThan(0.1);
    expect(profile.layers[0].density.inputs).toBeLessThan(0.3);
  });

  it('that diverges ends with an error of its own kind', async () => {
    await network.load(fresh());
    await expect(
      fit(network, data.training, { ...options, learningRate: { name: 'constant', peak: 1e6 }, epochs: 3 }),
    ).rejects.toThrow(/the loss became/);
  });

  it('stops at the next step when it is cancelled', async () => {
    await network.load(fresh());
    const controller = new AbortController();
    const training = fit(network, data.training, { ...options, epochs: 50, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(training).rejects.toThrow('enough');
  });
});

describe('layer statistics', () => {
  it('are XᵀX and XᵀŶ of the patches and products, added up in plain arithmetic', async () => {
    await network.load(fresh());
    const dense = new TrainableNetwork(lenet, { intraOp: 1, interOp: 1 });
    await dense.load(fresh());
    const [{ gram, correlation, samples }] = await layerStatistics(network, dense, 'conv1', data.training, 3, 40);
    dense.close();
    const kernel = fresh().weights.get('conv1/kernel')?.data ?? new Float32Array();
    const images = data.training.images.gather([0, 1, 2]);
    const pixel = (image: number, y: number, x: number): number => images[image * 784 + y * 28 + x] / 255;
    const positions = Array.from({ length: 3 * 24 * 24 }, (_, at) => ({
      image: Math.floor(at / 576),
      y: Math.floor((at % 576) / 24),
      x: at % 24,
    }));
    const input = ({ image, y, x }: (typeof positions)[number], i: number): number =>
      pixel(image, y + Math.floor(i / 5), x + (i % 5));
    const output = (at: (typeof positions)[number], f: number): number =>
      Array.from({ length: 25 }, (_, i) => input(at, i) * kernel[i * 20 + f]).reduce((a, b) => a + b, 0);
    const sum = (term: (at: (typeof positions)[number]) => number): number =>
      positions.reduce((total, at) => total + term(at), 0);
    for (const [i, j] of [
      [0, 0],
      [3, 17],
      [24, 12],
    ])
      expect(gram[i * 25 + j]).toBeCloseTo(
        sum((at) => input(at, i) * input(at, j)),
        2,
      );
    for (const [i, f] of [
      [0, 0],
      [12, 19],
      [24, 7],
    ])
      expect(correlation[i * 20 + f]).toBeCloseTo(
        sum((at) => input(at, i) * output(at, f)),
        2,
      );
    // Forty rows, each from the middle of a fortieth of all.
    for (const row of [0, 13, 39]) {
      const at = positions[Math.floor(((row + 0.5) * positions.length) / 40)];
      expect(samples?.inputs[row * 25 + 7]).toBeCloseTo(input(at, 7), 5);
      expect(samples?.targets[row * 20 + 3]).toBeCloseTo(output(at, 3), 4);
    }
    expect(samples?.inputs).toHaveLength(40 * 25);
  });
});
