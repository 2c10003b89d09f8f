import '@espalier/tensorflow/removed-util-functions';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Split } from '@espalier/datasets';
import type { io } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { batchOf } from '../fit/batches.js';

/**
 * Loads a model in tfjs's layers format from a folder and gives its accuracy on a split, as a user
 * of the exported model would compute it: by tfjs, one operation at a time.
 */
export async function tfjsAccuracy(folder: string, split: Split): Promise<number> {
  const manifest = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
  };
  const [group] = manifest.weightsManifest;
  const bytes = await readFile(join(folder, group.paths[0]));
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: manifest.modelTopology,
      weightSpecs: group.weights,
      weightData: Uint8Array.from(bytes).buffer,
    }),
  );
  try {
    const [, height, width, channels] = model.inputs[0].shape as [null, number, number, number];
    const BATCH = 250;
    let right = 0;
    for (let from = 0; from < split.count; from += BATCH) {
      const to = Math.min(split.count, from + BATCH);
      const answers = tf.tidy(() => {
        const images = tf.tensor4d(
          Float32Array.from(batchOf(split, null, from, to).images, (byte) => byte / 255),
          [to - from, height, width, channels],
        );
        return (model.predict(images) as tf.Tensor).argMax(1).dataSync();
      });
      answers.forEach((answer, i) => (right += answer === split.labels[from + i] ? 1 : 0));
    }
    return right / split.count;
  } finally {
    model.dispose();
  }
}
