import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { zooNetwork } from '@espalier/networks';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  fit,
  initialWeights,
  layerStatistics,
  TrainableNetwork,
  type Masks,
  type TrainingState,
} from './index.js';
import { MOMENTUM } from './trainable-network.js';

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
  momentum: new Map(),
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
    for (let step = 0; step < 12; step++) {
      const from = step * 32;
      const at = [...order.subarray(from, from + 32)];
      const images = Float32Array.from(
        at.flatMap((i) => [...data.training.images.subarray(i * 784, (i + 1) * 784)]),
        (byte) => byte / 255,
      );
      const labels = Int32Array.from(at, (i) => data.training.labels[i]);
      const expected = oracle.step(images, labels);
      expect(await network.step(data.training, order, from, from + 32, 0.05)).toBeCloseTo(expected, 4);
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
    for (let step = 0; step < 5; step++) {
      await network.step(data.training, order, step * 64, (step + 1) * 64, 0.1);
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
  const options = { batchSize: 64, imagesPerEpoch: null, learningRate: 0.05, seed: 3 };

  it('that goes on from a checkpoint ends with the very weights of training that was never stopped', async () => {
    await network.load(fresh());
    let checkpoint = new Uint8Array();
    await fit(network, data.training, {
      ...options,
      epochs: 2,
      epochsDone: 0,
      onEpoch: (epochsDone, _loss, state) => {
        if (epochsDone === 1) checkpoint = new Uint8Array(encodeCheckpoint(lenet, { ...state, epochsDone }));
        return Promise.resolve();
      },
    });
    const whole = encodeCheckpoint(lenet, { ...(await network.state()), epochsDone: 2 });
    const again = decodeCheckpoint(lenet, checkpoint);
    await network.load(again);
    await fit(network, data.training, { ...options, epochs: 2, epochsDone: again.epochsDone });
    const resumed = encodeCheckpoint(lenet, { ...(await network.state()), epochsDone: 2 });
    expect(Buffer.compare(whole, resumed)).toBe(0);
  });

  it('learns: LeNet-5 answers most of what it has not seen after three epochs of 1,100 images', async () => {
    await network.load(fresh());
    await fit(network, data.training, { ...options, epochs: 3, epochsDone: 0 });
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
      fit(network, data.training, { ...options, learningRate: 1e6, epochs: 3, epochsDone: 0 }),
    ).rejects.toThrow(/the loss became/);
  });

  it('stops at the next step when it is cancelled', async () => {
    await network.load(fresh());
    const controller = new AbortController();
    const training = fit(network, data.training, { ...options, epochs: 50, epochsDone: 0, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(training).rejects.toThrow('enough');
  });
});

describe('layer statistics', () => {
  it('are XᵀX and XᵀŶ of the patches and products, added up in plain arithmetic', async () => {
    await network.load(fresh());
    const dense = new TrainableNetwork(lenet, { intraOp: 1, interOp: 1 });
    await dense.load(fresh());
    const { gram, correlation } = await layerStatistics(network, dense, 'conv1', data.training, 3);
    const patches = await network.patches('conv1', data.training, 0, 3);
    const products = await dense.products('conv1', data.training, 0, 3);
    dense.close();
    const [rows, inputs] = patches.shape;
    expect([rows, inputs]).toEqual([3 * 24 * 24, 25]);
    const dot = (i: number, other: Float32Array, width: number, j: number): number => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += patches.data[row * inputs + i] * other[row * width + j];
      return sum;
    };
    for (const [i, j] of [
      [0, 0],
      [3, 17],
      [24, 12],
    ])
      expect(gram[i * inputs + j]).toBeCloseTo(dot(i, patches.data, inputs, j), 2);
    for (const [i, f] of [
      [0, 0],
      [12, 19],
      [24, 7],
    ])
      expect(correlation[i * 20 + f]).toBeCloseTo(dot(i, products.data, 20, f), 2);
  });
});
