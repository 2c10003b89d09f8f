import { InvalidArgumentError } from 'commander';

/** Parses a whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 2 ** 31 - 1) {
    throw new InvalidArgumentError('a whole number of at least 0 is needed.');
  }
  return value;
}

/** Parses a whole number of at least 1. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number of at least 1 is needed.');
  return value;
}

/** Parses a fraction. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('a number from 0 to 1 is needed.');
  return value;
}

/** Parses a limit of an energy or a latency. */
export const positiveLimit = above0('a number above 0');

/** Parses hours. */
export const positiveHours = above0('a number of hours above 0');

function above0(what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError(`${what} is needed.`);
    return value;
  };
}
