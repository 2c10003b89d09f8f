import { bestByRank } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, CubeTold, Proposal } from '../cube.js';
import { polynomialMutation, simulatedBinaryCrossover } from '../variation.js';

interface Ranked {
  readonly told: CubeTold;
  readonly rank: number;
  readonly crowding: number;
}

/**
 * NSGA-II (Deb et al., 2002) without generations: each ask breeds one child from the best `populationSize` of all that
 * was told so far, so that no worker waits for a generation to fill. The first `populationSize` are random. Constraints
 * are Deb's: any feasible candidate is better than any that is not, and of two that are not, the one that breaks less.
 */
export class Nsga2Strategy implements CubeStrategy {
  #population: Ranked[] = [];
  /** Results from elsewhere: they stand for as many of the random first ones. */
  #prior = 0;

  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
    readonly populationSize: number,
  ) {
    if (!Number.isInteger(populationSize) || populationSize < 2) {
      throw new RangeError(`populationSize: ${populationSize} is not a whole number of at least 2`);
    }
  }

  tell(results: readonly CubeTold[]): void {
    // One by one: what survives must depend on the order of the results, not on how many were told at once.
    for (const told of results) {
      if (told.number === null) this.#prior++;
      if (told.objectives === null) continue;
      this.#population = survivors([...this.#population.map((ranked) => ranked.told), told], this.populationSize);
    }
  }

  *propose(number: number): Iterable<Proposal> {
    const random = new RandomStream(this.seed, number);
    const isBeginning = number + this.#prior < this.populationSize || this.#population.length < 2;
    for (;;) {
      if (isBeginning) yield { point: this.space.choices.map(() => random.uniform()), origin: 'random', parents: [] };
      else yield this.#breed(random);
    }
  }

  #breed(random: RandomStream): Proposal {
    const mother = this.#tournament(random).told;
    const father = this.#tournament(random).told;
    const point = polynomialMutation(simulatedBinaryCrossover(mother.point, father.point, random), random);
    const numbers = [mother.number, father.number].filter((each) => each !== null);
    return { point, origin: 'offspring', parents: [...new Set(numbers)] };
  }

  #tournament(random: RandomStream): Ranked {
    const a = random.pick(this.#population);
    const b = random.pick(this.#population);
    if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
    return a.crowding >= b.crowding ? a : b;
  }
}

function survivors(all: readonly CubeTold[], size: number): Ranked[] {
  const feasible = all.filter(({ violation }) => violation === 0);
  const broken = all
    .filter(({ violation }) => violation > 0)
    .sort((a, b) => a.violation - b.violation || orderOf(a) - orderOf(b));

  const ranked: Ranked[] = bestByRank(
    feasible.map(({ objectives }) => objectives ?? []),
    size,
    (i, j) => orderOf(feasible[i]) - orderOf(feasible[j]),
  ).map(({ index, rank, crowding }) => ({ told: feasible[index], rank, crowding }));
  const worst = ranked.at(-1)?.rank ?? -1;
  broken.forEach((told, i) => ranked.push({ told, rank: worst + 1 + i, crowding: 0 }));
  return ranked.slice(0, size);
}

const orderOf = ({ number }: CubeTold): number => number ?? -1;
