import { hypervolumeContributions, nonDominatedSort } from '@espalier/pareto';
import type { CubeSpace, CubeStrategy, CubeObservation, Proposal } from '../space/unit-cube-space.js';
import { checkPopulationSize, offspring } from '../sampling/offspring.js';

/** Beyond the worst of a front, so that its ends count too, as their paper has it. */
const MARGIN = 1;

/**
 * SMS-EMOA (Beume, Naujoks & Emmerich 2007): each result joins the population, and of the worst
 * front whoever adds least to its hypervolume leaves. Children are bred from any two; the first
 * `populationSize` are random. What breaks constraints leaves first, the more it does the sooner.
 */
export class SmsEmoaStrategy implements CubeStrategy {
  #population: CubeObservation[] = [];
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
    for (const told of results) {
      if (told.number === null) this.#prior++;
      if (!told.objectives?.every(Number.isFinite)) continue;
      this.#population.push(told);
      if (this.#population.length > this.populationSize) this.#population.splice(worstOf(this.#population), 1);
    }
  }

  propose(number: number): Iterable<Proposal> {
    const isBeginning = number + this.#prior < this.populationSize || this.#population.length < 2;
    return offspring(this.space, this.seed, number, isBeginning ? null : (random) => random.pick(this.#population));
  }
}

/** Which of a population can be spared most. */
function worstOf(population: readonly CubeObservation[]): number {
  const violations = population.map(({ violation }) => violation);
  const most = Math.max(...violations);
  if (most > 0) return violations.lastIndexOf(most);
  const points = population.map(({ objectives }) => objectives ?? []);
  const last = nonDominatedSort(points).at(-1) ?? [];
  const front = last.map((i) => points[i]);
  const reference = points[0].map((_, k) => Math.max(...front.map((point) => point[k])) + MARGIN);
  const contributions = hypervolumeContributions(front, reference);
  return last[contributions.lastIndexOf(Math.min(...contributions))];
}
