import '@espalier/tensorflow/removed-util-functions';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  exportKerasArchive,
  exportKerasHdf5,
  exportOnnx,
  exportTfjsLayers,
  importModel,
  inferShapes,
  type ImportedModel,
} from '@espalier/networks';
import type { io } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOracle } from '../setup/oracles.mjs';
import { answersOf, COUNT, difference, outcomeOf, recorded, type ConformanceCase } from './conformance.js';

let folder: string;
let cases: readonly ConformanceCase[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
  runOracle('keras_conformance.py', [folder]);
  cases = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as ConformanceCase[];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a layer of Keras, with each value of each of its fields', () => {
  it.each(['keras', 'h5'])(
    'gives what Keras gives, or is refused by its name: .%s',
    async (ending) => {
      const wrong: string[] = [];
      for (const { name, refused, tolerance } of cases) {
        const images = readFileSync(join(folder, `${name}.images`));
        const answers = recorded(join(folder, `${name}.answers`));
        const outcome = await outcomeOf(join(folder, `${name}.${ending}`), images, answers);
        const isRight =
          typeof outcome === 'number' ? !refused && outcome < tolerance : refused && /^\S+, layer /.test(outcome);
        if (!isRight) wrong.push(`${name}: ${outcome}`);
      }
      expect(wrong).toEqual([]);
      expect(cases.length).toBeGreaterThan(200);
    },
    300_000,
  );

  it('gives it too when it is exported to Keras, ONNX and tfjs', async () => {
    const exported = join(folder, 'exported');
    mkdirSync(exported);
    const wrong: string[] = [];
    const models = new Map<string, ImportedModel>();
    for (const { name, refused } of cases) {
      if (refused) continue;
      const model = await importModel(join(folder, `${name}.keras`));
      models.set(name, model);
      const { network, weights } = model;
      writeFileSync(join(exported, `${name}.keras`), await exportKerasArchive(network, weights));
      writeFileSync(join(exported, `${name}.h5`), await exportKerasHdf5(network, weights));
      if (!NOT_IN_ONNX.has(name)) writeFileSync(join(exported, `${name}.onnx`), exportOnnx(network, weights));
    }
    runOracle('conformance_answers.py', [folder]);
    for (const { name, tolerance } of cases.filter((each) => models.has(each.name))) {
      const answers = recorded(join(folder, `${name}.answers`));
      for (const file of readdirSync(exported).filter((each) => /^(.+)\.\w+\.answers$/.exec(each)?.[1] === name)) {
        const found = difference(recorded(join(exported, file)), answers);
        if (!(found < tolerance)) wrong.push(`${file}: ${found}`);
      }
      if (NOT_IN_TFJS.has(name)) continue;
      const inTfjs = await tfjsAnswers(models.get(name), readFileSync(join(folder, `${name}.images`)));
      const found = difference(inTfjs, answers);
      if (!(found < tolerance)) wrong.push(`${name} in tfjs: ${found}`);
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

/** A convolution over what was flattened is refused. */
const NOT_IN_ONNX: ReadonlySet<string> = new Set(['reshape-one-pixel']);
/** tfjs has no convolutions of groups, and mistakes the size of dilated depthwise ones. */
const NOT_IN_TFJS: ReadonlySet<string> = new Set(['conv-groups', 'depthwise-dilation']);

async function tfjsAnswers(model: ImportedModel | undefined, images: Uint8Array): Promise<Float32Array> {
  if (!model) throw new RangeError('no model');
  const { modelJson, weightsBinary } = exportTfjsLayers(model.network, model.weights);
  const { modelTopology, weightsManifest } = JSON.parse(modelJson) as {
    modelTopology: object;
    weightsManifest: { weights: io.WeightsManifestEntry[] }[];
  };
  const [{ weights: weightSpecs }] = weightsManifest;
  const weightData = Uint8Array.from(weightsBinary).buffer;
  const loaded = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const [{ input }] = inferShapes(model.network);
  const pixels = tf.tensor4d(
    Float32Array.from(images, (byte) => byte / 255),
    [COUNT, input.height, input.width, input.channels],
  );
  const answers = (loaded.predict(pixels) as tf.Tensor).dataSync() as Float32Array;
  tf.disposeVariables();
  return answers;
}

describe('a .keras file of an old version, whose groups of weights have no names', () => {
  /** Made by test/oracles/keras_old_versions.py. */
  const files = fileURLToPath(new URL('keras-files', import.meta.url));

  it.each(['2.12', '2.14', '2.16', '3.0.5', '3.3.3', '3.5.0'])('gives what Keras %s gave', async (version) => {
    const model = await importModel(join(files, `${version}.keras`));
    const answers = await answersOf(model, readFileSync(join(files, 'images.bin')));
    expect(difference(answers, recorded(join(files, `${version}.answers`)))).toBeLessThan(1e-4);
  });
});
