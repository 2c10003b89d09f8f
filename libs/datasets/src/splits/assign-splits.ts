import { RandomStream } from '@espalier/random';
import { DataSetError, type DataSet } from '../data-set.js';

export const PARTS = ['training', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

/**
 * Assigns each image to a split. Existing splits stay; a missing one is cut from the training
 * images: a tenth of each class, as near as whole images allow, by a fixed seed.
 *
 * @param images the class of each image, from 0, and its split, if any
 */
export function assignSplits(images: readonly { readonly label: number; readonly part?: Part | undefined }[]): Part[] {
  const parts = images.map(({ part }): Part => part ?? 'training');
  const missing = (['validation', 'test'] as const).filter((part) => !parts.includes(part));
  const byClass = new Map<number, number[]>();
  images.forEach(({ label }, at) => {
    if (parts[at] !== 'training') return;
    const own = byClass.get(label);
    if (own) own.push(at);
    else byClass.set(label, [at]);
  });
  const classes = [...byClass].sort(([a], [b]) => a - b);
  const counts = tenths(classes.map(([, own]) => own.length));
  classes.forEach(([label, own], i) => {
    const order = new RandomStream(0, label).permutation(own.length);
    // A class too small for all splits is training data.
    if (own.length <= missing.length) return;
    missing.forEach((part, cut) => {
      for (const at of order.subarray(cut * counts[i], (cut + 1) * counts[i])) parts[own[at]] = part;
    });
  });
  return parts;
}

/**
 * A tenth of each, at least 1, that together come as near to a tenth of all as can be: by the
 * largest remainder.
 */
function tenths(sizes: readonly number[]): number[] {
  const counts = sizes.map((size) => Math.max(1, Math.floor(size / 10)));
  const wanted = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 10);
  let more = wanted - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = sizes.map((size, i) => ({ i, rest: size >= 10 ? size % 10 : 0 })).sort((a, b) => b.rest - a.rest);
  for (const { i, rest } of byRemainder) {
    if (more <= 0 || rest === 0) break;
    counts[i]++;
    more--;
  }
  return counts;
}

/**
 * @returns what a user should know of the splits: each class that a split to measure on has no
 *   image of
 * @throws DataSetError when a split has no image, or a class none to learn from
 */
export function checkSplits(name: string, classNames: readonly string[], counts: SplitCounts): string[] {
  for (const part of PARTS) {
    if (counts[part].every((count) => count === 0))
      throw new DataSetError(`${name} has no image for ${part}; more images are needed`);
  }
  const unlearned = classNames.find((_, label) => counts.training[label] === 0);
  if (unlearned !== undefined) throw new DataSetError(`${name}: class ${unlearned} has no image to learn from`);
  return (['validation', 'test'] as const).flatMap((part) => {
    const missing = classNames.filter((_, label) => counts[part][label] === 0);
    return missing.length === 0 ? [] : [`${part} has no image of ${listed(missing)}`];
  });
}

const listed = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more classes`;

/** How many images of each class each split has. */
export type SplitCounts = Readonly<Record<Part, readonly number[]>>;

export function countSplits(labels: readonly number[], parts: readonly Part[], classes: number): SplitCounts {
  const counts = { training: [], validation: [], test: [] } as Record<Part, number[]>;
  for (const part of PARTS) counts[part] = new Array<number>(classes).fill(0);
  labels.forEach((label, at) => counts[parts[at]][label]++);
  return counts;
}

export function countsOf(data: Pick<DataSet, Part | 'classes'>): SplitCounts {
  const counts = (part: Part): number[] => {
    const own = new Array<number>(data.classes).fill(0);
    for (const label of data[part].labels) own[label]++;
    return own;
  };
  return { training: counts('training'), validation: counts('validation'), test: counts('test') };
}
