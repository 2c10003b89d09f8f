import { hypervolume } from '@espalier/pareto';
import { z } from 'zod';
import { ParameterCoding, ParameterSpaceSchema, type Parameters } from './space/parameter-space.js';
import { CUBE_STRATEGIES, cubeStrategy } from './strategies/cube-strategies.js';
import type { CubeStrategy } from './space/unit-cube-space.js';
import { firstUntriedPoint } from './space/first-untried-point.js';
import { firstUntriedProposal } from './space/first-untried-proposal.js';
import { knownValue, type KnownObjective } from './known-objective.js';

export { CUBE_STRATEGIES as SEARCH_STRATEGIES };
export { KnownObjectiveError, type KnownObjective } from './known-objective.js';
export { SpaceExhaustedError } from './space/first-untried-point.js';

/** They go by the first objective and the second. */
const OF_TWO_OBJECTIVES = ['eap', 'local'] as const;

export const SearchOptionsSchema = z
  .strictObject({
    space: ParameterSpaceSchema,
    strategy: z.enum(CUBE_STRATEGIES).default('frontier'),
    seed: z.int().min(0).default(1),
    /** Of each objective, beyond which a result is worth nothing. */
    reference: z.array(z.number()).min(2).max(5).default([1, 1]),
    /**
     * Whether the first objective is a share of 1, as an error is: then none is believed to be less
     * than 0.
     */
    share: z.boolean().default(false),
    /** Of nsga2 and sms-emoa. */
    population: z.int().min(2).max(10_000).default(50),
    /** Of grid: at most so many points, if two values of each parameter allow it. */
    gridPoints: z.int().min(1).max(1_000_000).default(1000),
  })
  .superRefine(({ strategy, reference }, context) => {
    if (reference.length === 2 || !OF_TWO_OBJECTIVES.some((name) => name === strategy)) return;
    const others = CUBE_STRATEGIES.filter((name) => !OF_TWO_OBJECTIVES.some((of) => of === name)).join(', ');
    const message = `${strategy} is for two objectives, and reference has ${reference.length}; choose one of ${others}`;
    context.addIssue({ code: 'custom', path: ['strategy'], message });
  });
export type SearchOptions = z.input<typeof SearchOptionsSchema>;

export interface ProposedParameters {
  readonly number: number;
  readonly parameters: Parameters;
}

/**
 * A strategy for any function of two to five objectives, all minimised: `ask` says what to try,
 * `tell` what became of it, in any order and with any number under way. The same seed, asks and
 * tells give the same answers.
 */
export class Search {
  readonly #coding: ParameterCoding;
  readonly #strategy: CubeStrategy;
  readonly #reference: readonly number[];
  readonly #pending = new Map<number, Parameters>();
  readonly #taken = new Set<string>();
  readonly #results: number[][] = [];
  #next = 0;

  /**
   * @param known the second objective, where it is known; or all after the first in their order,
   *   null for those that are not
   * @throws ZodError naming the field that is wrong
   */
  constructor(options: SearchOptions, known?: KnownObjective | readonly (KnownObjective | null)[]) {
    const { space, strategy, seed, reference, share, population, gridPoints } = SearchOptionsSchema.parse(options);
    this.#coding = new ParameterCoding(space);
    this.#reference = reference;
    this.#strategy = cubeStrategy(strategy, this.#coding.cube(), seed, {
      populationSize: population,
      gridPoints,
      frontier: {
        reference,
        isShare: share,
        known: (typeof known === 'function' ? [known] : (known ?? [])).map((ofOne, i) =>
          ofOne === null ? undefined : (point: readonly number[]) => knownValue(ofOne, i, this.#coding.decode(point)),
        ),
      },
    });
  }

  /**
   * @throws SpaceExhaustedError when all points of a finite space have been tried, or are being
   *   tried
   * @throws KnownObjectiveError when a known objective throws, or gives no finite number
   */
  ask(): ProposedParameters {
    const number = this.#next;
    const pending = [...this.#pending.values()].map((parameters) => this.#coding.encode(parameters));
    const proposed = firstUntriedProposal(
      this.#strategy.propose(number, pending),
      (point) => this.#coding.decode(point),
      (each) => this.#taken.has(each),
    );
    const { decoded: parameters, key } = this.#taken.has(proposed.key) ? this.#untried(proposed) : proposed;
    this.#next++;
    this.#taken.add(key);
    this.#pending.set(number, parameters);
    return { number, parameters };
  }

  /** Where a strategy proposes what was tried already: a point of a finite space that was not. */
  #untried(proposed: { decoded: Parameters; key: string }): { decoded: Parameters; key: string } {
    const untried = firstUntriedPoint(
      this.#coding.counts,
      (j, i) => this.#coding.coordinateOf(j, i),
      (point) => this.#coding.decode(point),
      (key) => this.#taken.has(key),
    );
    return untried ?? proposed;
  }

  /**
   * Adds a result that the search did not propose, such as one of an earlier search.
   *
   * @param objectives as those of `tell`
   * @throws RangeError when the parameters are not of the space, or the objectives are not as many
   *   as the reference has
   */
  addObservation(parameters: Parameters, objectives: readonly number[] | null): void {
    this.#checkObjectives(objectives);
    this.#coding.check(parameters);
    const point = this.#coding.encode(parameters);
    this.#taken.add(JSON.stringify(this.#coding.decode(point)));
    this.#record(null, point, objectives);
  }

  /**
   * @param objectives as many as the reference has, all minimised; null for what failed
   * @throws RangeError when the number was not asked for, or told before, or the objectives are not
   *   as many
   */
  tell(number: number, objectives: readonly number[] | null): void {
    this.#checkObjectives(objectives);
    const parameters = this.#pending.get(number);
    if (!parameters) throw new RangeError(`number ${number} was not asked for, or was told before`);
    this.#pending.delete(number);
    this.#record(number, this.#coding.encode(parameters), objectives);
  }

  #checkObjectives(objectives: readonly number[] | null): void {
    if (objectives === null || objectives.length === this.#reference.length) return;
    throw new RangeError(`objectives: ${objectives.length} of them, where reference has ${this.#reference.length}`);
  }

  #record(number: number | null, point: readonly number[], objectives: readonly number[] | null): void {
    const isResult = objectives !== null && objectives.every(Number.isFinite);
    if (isResult) this.#results.push([...objectives]);
    this.#strategy.tell([{ number, point, objectives: isResult ? objectives : null, violation: 0 }]);
  }

  /** Of all results so far, up to the reference. */
  get hypervolume(): number {
    return hypervolume(this.#results, this.#reference);
  }
}
