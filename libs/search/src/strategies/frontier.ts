import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, CubeTold, Expectation, Proposal } from '../cube.js';
import { spread } from '../frontier/climb.js';
import type { FrontierOptions } from '../frontier/frontier-options.js';
import { FrontierSearch, type Outlook } from '../frontier/frontier-search.js';
import { MOST_SOBOL_DIMENSIONS, SobolSequence } from './sobol-sequence.js';

/** Points to begin with: what layers have in common is learned from few, and each more is one that is not chosen. */
const INITIAL = 6;
const FEWEST_TO_LEARN_FROM = 4;

/**
 * Learns what points come to, and proposes those whose results are expected to add most to the front's hypervolume. An objective that
 * is known beforehand is not learned. Points that are under way are taken to come out as is believed.
 */
export class FrontierStrategy implements CubeStrategy {
  readonly #search: FrontierSearch;
  /** Where each coordinate of the first points lies, so that few points tell what each does. */
  readonly #places: SobolSequence | undefined;
  #prior = 0;
  #last: { readonly key: string; readonly outlook: Outlook } | undefined;

  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
    private readonly options: FrontierOptions,
  ) {
    const { length } = space.choices;
    if (length <= MOST_SOBOL_DIMENSIONS) this.#places = new SobolSequence(length, seed);
    this.#search = new FrontierSearch(space, options);
  }

  /** @throws RangeError for results of more or fewer objectives than the reference has */
  tell(results: readonly CubeTold[]): void {
    const { length } = this.options.reference;
    for (const { number, point, objectives, fidelity, limited } of results) {
      if (number === null) this.#prior++;
      if (objectives === null || !objectives.every(Number.isFinite)) this.#search.observeFailure(point);
      else if (objectives.length === length) this.#search.observe(point, objectives, fidelity, limited);
      else throw new RangeError(`frontier was to search ${length} objectives, and was told of ${objectives.length}`);
    }
  }

  *propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal> {
    const random = new RandomStream(this.seed, number);
    // First the space is looked at from one end to the other.
    if (this.#isLooking(number)) {
      const level = ((number + this.#prior + random.uniform()) / INITIAL) % 1;
      const places = this.#places?.at(number + this.#prior);
      yield { point: spread(this.space, random, level, places), origin: 'random', parents: [] };
    } else {
      const { climbers } = this.#outlook(number, pending);
      const { jitter } = this.#search;
      const remark = `a covariance matrix was not quite positive definite: ${jitter.toExponential(1)} was added to its diagonal`;
      for (const { point } of climbers) yield { point, origin: 'proposed', parents: [], ...(jitter > 0 && { remark }) };
    }
    for (;;) yield { point: spread(this.space, random), origin: 'random', parents: [] };
  }

  expect(
    number: number,
    points: readonly (readonly number[])[],
    pending: readonly (readonly number[])[],
  ): Expectation | undefined {
    if (this.#isLooking(number)) return undefined;
    const { climbers, expected } = this.#outlook(number, pending);
    return { each: expected(points), anew: climbers[0].value };
  }

  /** Whoever has asked what to expect of the best proposal asks for it next, as a rule: it is not looked for twice. */
  #outlook(number: number, pending: readonly (readonly number[])[]): Outlook {
    const key = JSON.stringify([number, this.#search.observations, pending]);
    if (this.#last?.key !== key) {
      this.#last = { key, outlook: this.#search.propose(new RandomStream(this.seed, number), pending) };
    }
    return this.#last.outlook;
  }

  #isLooking(number: number): boolean {
    return number + this.#prior < INITIAL || this.#search.observations < FEWEST_TO_LEARN_FROM;
  }
}
