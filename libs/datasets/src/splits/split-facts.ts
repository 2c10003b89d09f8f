import { checkSplits, countSplits, PARTS, type Part } from './assign-splits.js';
import { DataSetError, type DataSetFacts, type SplitFacts } from '../data-set.js';

interface SplitImages {
  readonly path: string;
  readonly classNames: readonly string[];
  /** The class and the split of each image. */
  readonly labels: readonly number[];
  readonly parts: readonly Part[];
  readonly from: SplitFacts['from'];
  /** Files that were not read. */
  readonly remarks: readonly string[];
}

/**
 * Facts about a user's own data.
 *
 * @throws DataSetError when a split has no image, or a class no training image
 */
export function splitFacts({
  path,
  classNames,
  labels,
  parts,
  from,
  remarks,
}: SplitImages): Omit<DataSetFacts, 'image'> {
  const counts = countSplits(labels, parts, classNames.length);
  const missing = checkSplits(path, classNames, counts);
  return {
    classes: classNames.length,
    trainingImages: counts.training.reduce((sum, count) => sum + count, 0),
    splits: { classNames, counts, from, remarks: [...remarks, ...missing] },
  };
}

/**
 * Where the images of each split come from.
 *
 * @param sourceOf a split that the user has made; undefined or empty for one that is cut from the
 *   training images
 */
export function sourcesOf(training: string, sourceOf: (part: Part) => string | undefined): SplitFacts['from'] {
  const from = (part: Part): string => (part === 'training' ? training : sourceOf(part) || `a tenth of ${training}`);
  return Object.fromEntries(PARTS.map((part) => [part, from(part)])) as Record<Part, string>;
}

/** Names of classes that have only numbers. */
export const numberedClasses = (classes: number): string[] =>
  Array.from({ length: classes }, (_, label) => String(label));

/** Ends a read that fails in a DataSetError that names the file or folder. */
export function unreadable(path: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new DataSetError(`${path} cannot be read (${error.code ?? error.message})`, { cause: error });
  };
}
