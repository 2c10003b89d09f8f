import type { ScheduleSpace } from '@espalier/contracts';
import { bestByRank } from '@espalier/pareto';
import { polynomialMutation, simulatedBinaryCrossover } from '../variation.js';
import { RandomStream } from '@espalier/random';
import { ScheduleCoding } from '../schedule-coding.js';
import type { Asked, Strategy, Told } from '../strategy.js';

interface Ranked {
  readonly told: Told;
  readonly rank: number;
  readonly crowding: number;
}

/**
 * NSGA-II (Deb et al., 2002) without generations: each ask breeds one child from the best `populationSize` of all that
 * was told so far, so that no worker waits for a generation to fill. The first `populationSize` are random. Constraints
 * are Deb's: any feasible candidate is better than any that is not, and of two that are not, the one that breaks less.
 */
export class Nsga2Strategy implements Strategy {
  readonly #coding: ScheduleCoding;
  readonly #seen = new Set<string>();
  #population: Ranked[] = [];
  /** Results from elsewhere: they stand for as many of the random first ones. */
  #prior = 0;

  constructor(
    space: ScheduleSpace,
    readonly seed: number,
    readonly populationSize: number,
  ) {
    if (!Number.isInteger(populationSize) || populationSize < 2) {
      throw new RangeError(`populationSize: ${populationSize} is not a whole number of at least 2`);
    }
    this.#coding = new ScheduleCoding(space);
  }

  tell(results: readonly Told[]): void {
    // One by one: what survives must depend on the order of the results, not on how many were told at once.
    for (const told of results) {
      if (told.number === null) this.#prior++;
      this.#seen.add(JSON.stringify(told.schedule));
      if (told.result === null) continue;
      this.#population = survivors([...this.#population.map((ranked) => ranked.told), told], this.populationSize);
    }
  }

  ask(number: number): Asked {
    const random = new RandomStream(this.seed, number);
    if (number + this.#prior < this.populationSize || this.#population.length < 2) {
      return { schedule: this.#coding.decode(this.#coding.random(random)), lineage: { origin: 'random', parents: [] } };
    }
    let child = this.#breed(random);
    for (let tries = 1; tries < 20 && this.#seen.has(JSON.stringify(child.schedule)); tries++) {
      child = this.#breed(random);
    }
    return child;
  }

  #breed(random: RandomStream): Asked {
    const mother = this.#tournament(random);
    const father = this.#tournament(random);
    const [m, f] = [mother, father].map(({ told }) => this.#coding.encode(told.schedule));
    const child = polynomialMutation(simulatedBinaryCrossover(m, f, random), random);
    const numbers = [mother.told.number, father.told.number].filter((each) => each !== null);
    const parents = [...new Set(numbers)];
    return { schedule: this.#coding.decode(child), lineage: { origin: 'offspring', parents } };
  }

  #tournament(random: RandomStream): Ranked {
    const a = random.pick(this.#population);
    const b = random.pick(this.#population);
    if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
    return a.crowding >= b.crowding ? a : b;
  }
}

function survivors(all: readonly Told[], size: number): Ranked[] {
  const feasible = all.filter(({ result }) => result?.violation === 0);
  const broken = all
    .filter(({ result }) => result !== null && result.violation > 0)
    .sort((a, b) => (a.result?.violation ?? 0) - (b.result?.violation ?? 0) || orderOf(a) - orderOf(b));

  const ranked: Ranked[] = bestByRank(
    feasible.map(({ result }) => result?.objectives ?? []),
    size,
    (i, j) => orderOf(feasible[i]) - orderOf(feasible[j]),
  ).map(({ index, rank, crowding }) => ({ told: feasible[index], rank, crowding }));
  const worst = ranked.at(-1)?.rank ?? -1;
  broken.forEach((told, i) => ranked.push({ told, rank: worst + 1 + i, crowding: 0 }));
  return ranked.slice(0, size);
}

const orderOf = ({ number }: Told): number => number ?? -1;
