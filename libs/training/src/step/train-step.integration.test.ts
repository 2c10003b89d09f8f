import '@espalier/tensorflow/removed-util-functions';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { exportTfjsLayers, type Network } from '@espalier/networks';
import type { io } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { batchOf, initialWeights, OutOfMemoryError, weightGradients } from '../index.js';
import { residual, SGD, withNetwork } from '../testing/residual-network.js';

const VALUES = { learningRate: 0.01, weightDecay: 0, labelSmoothing: 0, scalePenalty: 0, step: 1 };

let data: DataSet;
beforeAll(async () => {
  data = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 1_100);
});

describe('the compiled step of a residual network', () => {
  it.each([
    { optimizer: 'sgd' as const, theirs: () => tf.train.momentum(0.01, 0.9) },
    { optimizer: 'adam' as const, theirs: () => tf.train.adam(0.01, 0.9, 0.999, 1e-8) },
  ])('gives the losses that tfjs gives with the same model: $optimizer', async ({ optimizer, theirs }) => {
    const { modelJson, weightsBinary } = exportTfjsLayers(residual, initialWeights(residual, 1));
    const json = JSON.parse(modelJson) as {
      modelTopology: object;
      weightsManifest: { weights: io.WeightsManifestEntry[] }[];
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

  it.each([
    ['differentiated, where it is in use,', 'gradientsPass'],
    ['measured', 'evaluationPass'],
  ] as const)('is %s in a pass of the same answers', (_, name) =>
    withNetwork(residual, async (trainable) => {
      for (let step = 0; step < 4; step++) {
        await trainable.step(batchOf(data.training, null, step * 32, (step + 1) * 32), SGD, VALUES);
      }
      const { graph, inference, [name]: pass } = trainable.compiled;
      const feeds = trainable.feeds(batchOf(data.training, null, 0, 32));
      const [expected, answers] = await graph.run(feeds, [inference.logits, pass.logits]);
      expect(pass).not.toBe(inference);
      expected.data.forEach((logit, i) => expect(answers.data[i]).toBeCloseTo(Number(logit), 4));
    }),
  );

  it('is measured without the normalisations that are part of the layers before them', () =>
    withNetwork(residual, ({ compiled: { evaluationPass } }) => {
      expect(evaluationPass.layers.get('stem_norm')?.output).toBe(evaluationPass.layers.get('stem')?.output);
      return Promise.resolve();
    }));

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

  it('says when there is no memory for a batch', async () => {
    const huge: Network = {
      name: 'huge',
      input: { height: 28, width: 28, channels: 1 },
      classes: 2,
      layers: [
        // Not a convolution: where TensorFlow runs those by oneDNN, that takes the process down on
        // some processors.
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
