import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeObservation, Proposal } from '../space/unit-cube-space.js';
import { polynomialMutation, simulatedBinaryCrossover } from './variation.js';

/** @throws RangeError for a population that cannot breed */
export function checkPopulationSize(populationSize: number): void {
  if (!Number.isInteger(populationSize) || populationSize < 2) {
    throw new RangeError(`populationSize: ${populationSize} is not a whole number of at least 2`);
  }
}

/**
 * Children without end, each crossed from two parents and mutated; random points while there is
 * nothing to breed from.
 *
 * @param parent draws one of the population; null at the beginning
 */
export function* offspring(
  space: CubeSpace,
  seed: number,
  number: number,
  parent: ((random: RandomStream) => CubeObservation) | null,
): Iterable<Proposal> {
  const random = new RandomStream(seed, number);
  for (;;) {
    if (parent) yield childOf(parent(random), parent(random), random);
    else yield { point: space.choices.map(() => random.uniform()), origin: 'random', parents: [] };
  }
}

function childOf(mother: CubeObservation, father: CubeObservation, random: RandomStream): Proposal {
  const point = polynomialMutation(simulatedBinaryCrossover(mother.point, father.point, random), random);
  const numbers = [mother.number, father.number].filter((each) => each !== null);
  return { point, origin: 'offspring', parents: [...new Set(numbers)] };
}
