import '@espalier/tensorflow/removed-util-functions';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataSet, withNpmPackage } from '@espalier/datasets';
import { eyeriss, macCount, NetworkPricer } from '@espalier/energy-model';
import {
  exportKerasArchive,
  exportKerasHdf5,
  exportOnnx,
  exportTfjsLayers,
  importModel,
  importTfjsLayers,
  TFJS_WEIGHTS_FILE,
  weightedLayers,
  ZOO,
  zooNetwork,
  type ImportedModel,
} from '@espalier/networks';
import { batchOf, initialWeights, TrainableNetwork, type Batch } from '@espalier/training';
import type { io } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-node-gpu';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOracle } from '../setup/oracles.mjs';

const IMAGES = 6;
const KERAS_MODELS = ['lenet-5', 'sequential', 'resnet-20', 'mobilenetv2_0.35_32', 'googlenet-like'];
const ONNX_MODELS = ['pytorch-lenet-5', 'pytorch-resnet', 'pytorch-mobile', 'tensorflow-channels-last'];

let folder: string;
const batches = new Map<number, Batch>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-models-'));
  const { training } = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 1_100);
  const digits = batchOf(training, null, 0, IMAGES);
  batches.set(28, digits);
  // The first of CIFAR-10's test images, one below the other.
  const colour = await sharp(fileURLToPath(new URL('images/cifar-10-test-0-to-5.png', import.meta.url)))
    .raw()
    .toBuffer();
  expect(colour).toHaveLength(IMAGES * 32 * 32 * 3);
  batches.set(32, { images: colour, labels: digits.labels, count: IMAGES });
  for (const [height, { images }] of batches) writeFileSync(join(folder, `images-${height}.bin`), images);
  runOracle('keras_models.py', [folder]);
  runOracle('onnx_models.py', [folder]);
  runOracle('onnx_answers.py', [folder]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function answersOf({ network, weights }: ImportedModel): Promise<Float32Array> {
  const trainable = new TrainableNetwork(network, { intraOp: 1, interOp: 1 });
  try {
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    const batch = batches.get(network.input.height);
    if (!batch) throw new RangeError(`no images of ${network.input.height} pixels`);
    return await trainable.answers(batch);
  } finally {
    trainable.close();
  }
}

function recorded(file: string): Float32Array {
  const bytes = readFileSync(join(folder, file));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The largest difference, of answers whose size is about 1 or else as a part of the largest. */
function difference(ours: Float32Array, theirs: Float32Array): number {
  expect(ours.length).toBe(theirs.length);
  const scale = theirs.reduce((largest, each) => Math.max(largest, Math.abs(each)), 1);
  return ours.reduce((worst, each, i) => Math.max(worst, Math.abs(each - theirs[i]) / scale), 0);
}

function expectAlike(ours: Float32Array, theirs: Float32Array, what: string): void {
  const error = difference(ours, theirs);
  expect({ what, error, isSmall: error < 1e-4 }).toMatchObject({ what, isSmall: true });
}

describe('a model that Keras has saved', () => {
  it.each(KERAS_MODELS.flatMap((name) => [`${name}.keras`, `${name}.h5`]))(
    'gives the answers that Keras gives: %s',
    async (file) => {
      const answers = await answersOf(await importModel(join(folder, file)));
      expect(difference(answers, recorded(file.replace(/\.(keras|h5)$/, '.answers')))).toBeLessThan(1e-4);
    },
  );
});

describe('an ONNX model', () => {
  it.each(ONNX_MODELS)('gives the answers that ONNX Runtime gives: %s', async (name) => {
    const answers = await answersOf(await importModel(join(folder, `${name}.onnx`)));
    expect(difference(answers, recorded(`${name}.onnx.answers`))).toBeLessThan(1e-4);
  });
});

describe('a network that was exported', () => {
  const out = (): string => join(folder, 'exported');
  const models: ImportedModel[] = [];
  beforeAll(async () => {
    mkdirSync(out());
    for (const height of batches.keys()) {
      writeFileSync(join(out(), `images-${height}.bin`), readFileSync(join(folder, `images-${height}.bin`)));
    }
    for (const name of KERAS_MODELS) models.push(await importModel(join(folder, `${name}.keras`)));
    for (const name of ZOO) models.push({ network: zooNetwork(name), weights: initialWeights(zooNetwork(name), 3) });
    for (const [i, { network, weights }] of models.entries()) {
      const path = join(out(), `model${i}`);
      writeFileSync(`${path}.onnx`, exportOnnx(network, weights));
      writeFileSync(`${path}.keras`, await exportKerasArchive(network, weights));
      writeFileSync(`${path}.h5`, await exportKerasHdf5(network, weights));
    }
    runOracle('keras_answers.py', [out()]);
    runOracle('onnx_answers.py', [out()]);
  }, 300_000);

  it('gives the same answers in Keras, in ONNX Runtime, and here when it is imported again', async () => {
    for (const [i, model] of models.entries()) {
      const ours = await answersOf(model);
      for (const ending of ['keras', 'h5', 'onnx']) {
        const file = `model${i}.${ending}`;
        const theirs = recorded(join('exported', `${file}.answers`));
        expectAlike(ours, theirs, `${model.network.name} as ${ending}`);
        const again = await importModel(join(out(), file));
        expectAlike(await answersOf(again), ours, `${model.network.name} from ${ending}`);
      }
    }
    expect(readdirSync(out()).filter((file) => file.endsWith('.answers'))).toHaveLength(3 * models.length);
  }, 300_000);

  it('comes back from the layers format of tfjs with the same answers', async () => {
    for (const model of models.filter(({ network }) => network.name !== 'sequential')) {
      const { modelJson, weightsBinary } = exportTfjsLayers(model.network, model.weights);
      const path = join(out(), model.network.name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'model.json'), modelJson);
      writeFileSync(join(path, TFJS_WEIGHTS_FILE), weightsBinary);
      const again = await importModel(join(path, 'model.json'));
      expect(again.network.name).toBe(model.network.name);
      expect(difference(await answersOf(again), await answersOf(model))).toBeLessThan(1e-4);
    }
  }, 300_000);
});

/**
 * Trained networks with 8-bit weights: 2.3 and 21.8 million of them. Their scripts hold a JSON
 * object, or base64.
 */
const NSFWJS = {
  name: 'nsfwjs',
  version: '4.4.0',
  integrity: 'sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA==',
};

describe('trained networks of others', () => {
  it.each([
    { model: 'mobilenet_v2', megaMacs: 300 },
    { model: 'inception_v3', megaMacs: 5_713 },
  ])(
    '$model of nsfwjs imports, answers as in tfjs, and is priced',
    ({ model, megaMacs }) =>
      withNpmPackage(NSFWJS, async (package_) => {
        const content = (file: string): unknown => {
          const path = join(package_, 'dist/models', model, `${file}.min.js`);
          const loaded = createRequire(import.meta.url)(path) as { default?: unknown };
          return loaded.default ?? loaded;
        };
        const shard = (file: string): Buffer => Buffer.from(content(file) as string, 'base64');
        const json = content('model') as {
          modelTopology: object;
          weightsManifest: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
        };
        const { network, weights } = await importTfjsLayers(json, model, (file) => Promise.resolve(shard(file)));
        const { height, width, channels } = network.input;
        const colour = batches.get(32)?.images ?? new Uint8Array();
        const images = Uint8Array.from({ length: height * width * channels }, (_, at) => {
          const [y, x] = [Math.floor(at / (width * channels)), Math.floor((at % (width * channels)) / channels)];
          return colour[(Math.floor((y * 32) / height) * 32 + Math.floor((x * 32) / width)) * 3 + (at % channels)];
        });
        const trainable = new TrainableNetwork(network, { intraOp: 2, interOp: 1 });
        await trainable.load({ weights, masks: new Map(), slots: new Map() });
        const ours = await trainable.answers({ images, labels: Int32Array.of(0), count: 1 });
        trainable.close();

        const [{ paths, weights: weightSpecs }] = json.weightsManifest;
        const weightData = Uint8Array.from(Buffer.concat(paths.map(shard))).buffer;
        const loader = tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData });
        const theirs = await tf.loadLayersModel(loader);
        const pixels = tf.tensor4d(
          Float32Array.from(images, (byte) => byte / 255),
          [1, height, width, channels],
        );
        const expected = (theirs.predict(pixels) as tf.Tensor).dataSync() as Float32Array;
        expect(difference(ours, expected)).toBeLessThan(1e-4);
        tf.dispose([pixels, theirs.weights.map((weight) => weight.read())]);

        const shapes = weightedLayers(network).map(({ shape }) => shape);
        const macs = shapes.reduce((sum, shape) => sum + macCount(shape, 1), 0);
        // As published for images of this size.
        expect(macs / 1e6 / megaMacs).toBeCloseTo(1, 2);
        expect(new NetworkPricer(shapes, 1, eyeriss).dense().total).toBeGreaterThan(macs);
      }),
    300_000,
  );
});
