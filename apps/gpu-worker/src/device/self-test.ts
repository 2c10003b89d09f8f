import { ImagesInMemory } from '@espalier/datasets';
import type { Network } from '@espalier/networks';
import { fit, initialWeights, TrainableNetwork } from '@espalier/training';
import type { TrainingProcessOptions } from '../process/job-messages.js';

/** The device computes something else than it should, or nothing. */
export class SelfTestError extends Error {
  override name = 'SelfTestError';
}

export type SelfTestOptions = Pick<TrainingProcessOptions, 'deviceClass' | 'threads'>;

const IMAGES = 8;
const EPOCHS = 20;
const [SIDE, FILTERS, KERNEL] = [6, 4, 3];
const NO_CARD =
  'TensorFlow finds no NVIDIA GPU to train on: see `nvidia-smi`, then `npm run setup`. ESPALIER_DEVICE_CLASS=cpu trains on the processor.';
const PROBE: Network = {
  name: 'self-test',
  input: { height: SIDE, width: SIDE, channels: 1 },
  classes: 2,
  layers: [
    {
      kind: 'conv2d',
      name: 'conv',
      from: ['input'],
      filters: FILTERS,
      kernelSize: [KERNEL, KERNEL],
      stride: 1,
      padding: 'valid',
      useBias: true,
      activation: 'relu',
    },
    { kind: 'flatten', name: 'flat', from: ['conv'] },
    { kind: 'dense', name: 'fc', from: ['flat'], units: 2, useBias: true, activation: 'linear' },
  ],
};

/**
 * Has the device compute what is known: a small network's answers, beside plain arithmetic, and a
 * training that must learn to tell bright images from dark ones.
 *
 * @param deviceClass what is to compute: with 'gpu', a GPU must be what TensorFlow uses
 * @throws SelfTestError
 */
export async function selfTest({ deviceClass, threads }: SelfTestOptions): Promise<void> {
  const images = new Uint8Array(IMAGES * SIDE * SIDE).map((_, i) =>
    Math.floor(i / SIDE / SIDE) % 2 ? 200 + (i % 7) : 20 + (i % 5),
  );
  const labels = Uint8Array.from({ length: IMAGES }, (_, i) => i % 2);
  const probes = { images: new ImagesInMemory(images, SIDE * SIDE), labels, count: IMAGES };
  const trainable = new TrainableNetwork(PROBE, threads);
  try {
    if (deviceClass === 'gpu' && !trainable.compiled.graph.hasGpu) throw new SelfTestError(NO_CARD);
    const weights = initialWeights(PROBE, 1);
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    const answers = await trainable.logits({ images, labels: Int32Array.from(labels), count: IMAGES });
    const expected = logitsByHand(images, (name) => weights.get(name)?.data ?? new Float32Array());
    for (const [i, value] of expected.entries()) {
      const difference = Math.abs(answers[i] - value);
      if (!(difference <= 1e-3 * Math.max(1, Math.abs(value)))) {
        throw new SelfTestError(`the device computes ${answers[i]} where ${value} is right`);
      }
    }
    const losses: number[] = [];
    await fit(trainable, probes, {
      epochs: EPOCHS,
      batchSize: IMAGES,
      imagesPerEpoch: null,
      optimizer: 'sgd',
      learningRate: { name: 'constant', peak: 0.1 },
      seed: 1,
      start: { epochsDone: 0, stepsIntoEpoch: 0 },
      onEpoch: (_done, loss) => {
        losses.push(loss);
        return Promise.resolve(false);
      },
    });
    const [first, last] = [losses[0], losses[EPOCHS - 1]];
    if (!(last < 0.5 * first)) {
      throw new SelfTestError(`training does not learn what is simple: its loss went from ${first} to ${last}`);
    }
  } finally {
    trainable.close();
  }
}

/** The probe's answers by plain arithmetic: a convolution with ReLU, then a dense layer. */
function logitsByHand(images: Uint8Array, weight: (name: string) => Float32Array): number[] {
  const [kernel, bias, dense, offset] = ['conv/kernel', 'conv/bias', 'fc/kernel', 'fc/bias'].map(weight);
  const size = SIDE - KERNEL + 1;
  const logits: number[] = [];
  for (let image = 0; image < IMAGES; image++) {
    const flat: number[] = [];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        for (let filter = 0; filter < FILTERS; filter++) {
          let sum = bias[filter];
          for (let dy = 0; dy < KERNEL; dy++) {
            for (let dx = 0; dx < KERNEL; dx++) {
              const pixel = images[(image * SIDE + y + dy) * SIDE + x + dx] / 255;
              sum += pixel * kernel[(dy * KERNEL + dx) * FILTERS + filter];
            }
          }
          flat.push(Math.max(0, sum));
        }
      }
    }
    for (let unit = 0; unit < 2; unit++) {
      logits.push(flat.reduce((sum, value, i) => sum + value * dense[2 * i + unit], offset[unit]));
    }
  }
  return logits;
}
