import { DataSetError } from '../data-set.js';

/** A label is a byte. */
export const MAX_CLASSES = 256;

/**
 * The class that a label names: a whole number, or a 1 at the place of the class among zeros.
 *
 * @param name to call the label by
 * @throws DataSetError when it is neither
 */
export function classOf(label: ArrayLike<number>, name: string): number {
  const values = Array.from(label);
  const value = values.length === 1 ? values[0] : placeOfOne(values, name);
  if (!Number.isInteger(value) || value < 0 || value >= MAX_CLASSES) {
    throw new DataSetError(`${name} is ${value}; labels are whole numbers from 0 to ${MAX_CLASSES - 1}`);
  }
  return value;
}

function placeOfOne(values: readonly number[], name: string): number {
  const place = values.indexOf(1);
  if (place >= 0 && values.every((value, i) => value === (i === place ? 1 : 0))) return place;
  const shown = values.slice(0, 8).join(', ');
  throw new DataSetError(
    `${name} is [${shown}${values.length > 8 ? ', …' : ''}]; a label is one whole number, or a 1 among zeros at the place of its class`,
  );
}
