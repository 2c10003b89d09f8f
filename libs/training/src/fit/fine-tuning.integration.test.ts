import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet, type DataSet } from '@espalier/datasets';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  batchOf,
  encodeCheckpoint,
  fit,
  initialWeights,
  recalibrate,
  TrainableNetwork,
  type Recipe,
} from '../index.js';
import { none, ONE_THREAD, residual, withNetwork } from '../testing/residual-network.js';

const start = { epochsDone: 0, stepsIntoEpoch: 0 };
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

let data: DataSet;
beforeAll(async () => {
  data = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 1_100);
});

describe('fine-tuning', () => {
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
});
