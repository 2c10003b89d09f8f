import { bestByRank } from '@espalier/pareto';
import type { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, CubeObservation, Proposal } from '../space/unit-cube-space.js';
import { checkPopulationSize, offspring } from '../sampling/offspring.js';

interface Ranked {
  readonly told: CubeObservation;
  readonly rank: number;
  readonly crowding: number;
}

/**
 * NSGA-II (Deb et al., 2002) without generations: each ask breeds one child from the best
 * `populationSize` of all that was told so far, so that no worker waits for a generation to fill.
 * The first `populationSize` are random. Constraints are Deb's: any feasible candidate is better
 * than any that is not, and of two that are not, the one that breaks less.
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
    checkPopulationSize(populationSize);
  }

  tell(results: readonly CubeObservation[]): void {
    // One by one: what survives must depend on the order of the results, not on how many were told
    // at once.
    for (const told of results) {
      if (told.number === null) this.#prior++;
      if (told.objectives === null) continue;
      this.#population = survivors([...this.#population.map((ranked) => ranked.told), told], this.populationSize);
    }
  }

  propose(number: number): Iterable<Proposal> {
    const isBeginning = number + this.#prior < this.populationSize || this.#population.length < 2;
    return offspring(this.space, this.seed, number, isBeginning ? null : (random) => this.#tournament(random).told);
  }

  #tournament(random: RandomStream): Ranked {
    const a = random.pick(this.#population);
    const b = random.pick(this.#population);
    if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
    return a.crowding >= b.crowding ? a : b;
  }
}

function survivors(all: readonly CubeObservation[], size: number): Ranked[] {
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

const orderOf = ({ number }: CubeObservation): number => number ?? -1;
