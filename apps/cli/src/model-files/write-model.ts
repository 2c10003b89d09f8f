import { dirname, join, resolve } from 'node:path';
import type { DataSet } from '@espalier/datasets';
import {
  exportKerasArchive,
  exportKerasHdf5,
  exportOnnx,
  exportSparse,
  exportTfjsLayers,
  importModel,
  TFJS_WEIGHTS_FILE,
  type ImportedModel,
} from '@espalier/networks';
import { accuracyOf, loadTraining, withModel } from './run-model.js';
import { writeFileAtomically } from '../output/write-file-atomically.js';

export const MODEL_FORMATS = ['tfjs', 'keras', 'h5', 'onnx', 'sparse'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/**
 * Writes a model: `tfjs` and `sparse` as files of a folder, the others as one file. Complete or not
 * at all.
 *
 * @param data on whose validation images activation ranges are measured, for `sparse`
 * @returns the file to load it by
 */
export async function writeModel(
  { network, weights }: ImportedModel,
  format: ModelFormat,
  out: string,
  data?: DataSet,
): Promise<string> {
  const file = modelFile(format, out);
  switch (format) {
    case 'tfjs': {
      const { modelJson, weightsBinary } = exportTfjsLayers(network, weights);
      // model.json comes last: a reader who finds it finds the weights.
      await writeFileAtomically(join(dirname(file), TFJS_WEIGHTS_FILE), weightsBinary);
      return writeFileAtomically(file, modelJson);
    }
    case 'sparse': {
      const ranges =
        data &&
        (await withModel({ network, weights }, (trainable, { activationRanges }) =>
          activationRanges(trainable, data.validation),
        ));
      const { json, binary } = exportSparse(network, weights, ranges);
      await writeFileAtomically(join(dirname(file), 'sparse.bin'), binary);
      return writeFileAtomically(file, json);
    }
    case 'keras':
      return writeFileAtomically(file, await exportKerasArchive(network, weights));
    case 'h5':
      return writeFileAtomically(file, await exportKerasHdf5(network, weights));
    case 'onnx':
      return writeFileAtomically(file, exportOnnx(network, weights));
  }
}

/** The file by which a written model is loaded. */
export function modelFile(format: ModelFormat, out: string): string {
  if (format === 'tfjs') return resolve(out, 'model.json');
  return format === 'sparse' ? resolve(out, 'sparse.json') : resolve(out);
}

/**
 * Measures the validation accuracy of a written model: by tfjs for tfjs, else after importing it
 * again.
 */
export async function accuracyOfFile(file: string, format: ModelFormat, data: DataSet): Promise<number | undefined> {
  if (format === 'sparse') return undefined;
  if (format !== 'tfjs') return accuracyOf(await importModel(file), data, 'validation');
  await loadTraining();
  const { tfjsAccuracy } = await import('@espalier/training/tfjs-model');
  return tfjsAccuracy(dirname(file), data.validation);
}
