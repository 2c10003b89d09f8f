import type { Parameters } from './space/parameter-space.js';

/** The value of an objective, where it is known before the parameters are tried. */
export type KnownObjective = (parameters: Parameters) => number;

/** A known objective throws, or returns something that is not a finite number. */
export class KnownObjectiveError extends Error {
  override name = 'KnownObjectiveError';
}

/**
 * @param index position of the function among the known objectives, from 0
 * @returns the known objective of the parameters, a finite number
 * @throws KnownObjectiveError naming the function, the parameters and what it threw or returned
 */
export function knownValue(known: KnownObjective, index: number, parameters: Parameters): number {
  let value: unknown;
  try {
    value = known(parameters);
  } catch (error) {
    const thrown = error instanceof Error ? error.message : String(error);
    throw knownObjectiveError(index, `threw ${JSON.stringify(thrown)}`, parameters, error);
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  throw knownObjectiveError(index, `gave ${text}`, parameters);
}

function knownObjectiveError(
  index: number,
  what: string,
  parameters: Parameters,
  cause?: unknown,
): KnownObjectiveError {
  return new KnownObjectiveError(
    `known[${index}], of objective ${index + 2}, ${what} at ${JSON.stringify(parameters)}; allowed: a finite number ` +
      `for each point of the space; mend it, or write null in its place for the objective to be learned`,
    { cause },
  );
}
