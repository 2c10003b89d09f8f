import type { Part } from './assign-splits.js';

const PARTS: Readonly<Record<string, Part>> = {
  ...{ train: 'training', training: 'training' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
  ...{ test: 'test', testing: 'test' },
};
const WORD = new RegExp(`^([xy]?)(${Object.keys(PARTS).join('|')})([xy]?)$`);

/** Names of the splits, for messages. */
export const SPLIT_NAMES = 'train, training; val, valid, validation, dev; test, testing';

export interface SplitName {
  /** Splits in the name: none, one, or several when it is ambiguous. */
  readonly parts: readonly Part[];
  /** The other words of the name, in lower case. */
  readonly words: readonly string[];
}

/**
 * Reads the name of a file, a folder or an array for the split that it belongs to, in any case, as
 * prefix, suffix or whole: `X_train`, `val-images`, `mnist-test.tfrecord-00000-of-00001`,
 * `testLabels`.
 *
 * @param name without its extension where that is a word of its own
 */
export function readSplitName(name: string): SplitName {
  const parts = new Set<Part>();
  const words: string[] = [];
  const all = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  for (const word of all) {
    const found = WORD.exec(word);
    if (found) parts.add(PARTS[found[2]]);
    for (const other of found ? [found[1], found[3]] : [word]) if (other !== '') words.push(other);
  }
  return { parts: [...parts], words };
}
