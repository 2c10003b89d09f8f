import { createHash } from 'node:crypto';
import { DataSetError, type DataSet } from './data-set.js';

/** Of data without a test split, a tenth each is set aside for validation and test. */
export type Part = 'training' | 'validation' | 'test';

/** Where an image belongs by its name: the same in every run, however many others there are. */
export function partOf(name: string, hasTest: boolean): Part {
  const tenth = createHash('sha256').update(name).digest().readUInt32LE(0) % 10;
  if (tenth === 0) return 'validation';
  return tenth === 1 && !hasTest ? 'test' : 'training';
}

/** @throws DataSetError when a split has no image, or a class none to learn from */
export function checkParts(data: DataSet, classNames: readonly string[]): DataSet {
  for (const part of ['training', 'validation', 'test'] as const) {
    if (data[part].count === 0) throw new DataSetError(`${data.name} has no image for ${part}; more images are needed`);
  }
  const seen = new Set(data.training.labels);
  const missing = classNames.find((_, label) => !seen.has(label));
  if (missing !== undefined) throw new DataSetError(`${data.name}: class ${missing} has no image to learn from`);
  return data;
}
