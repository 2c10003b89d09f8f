import { RandomStream } from '@espalier/random';
import type {
  CubeSpace,
  CubeStrategy,
  CubeObservation,
  ExpectedImprovement,
  Proposal,
} from '../space/unit-cube-space.js';
import { spread } from '../frontier/acquisition/optimize-acquisition.js';
import { MIN_OBSERVATIONS, InitialDesign } from '../frontier/design/initial-design.js';
import type { FrontierOptions } from '../frontier/frontier-options.js';
import { FrontierSearch, type AcquisitionResult } from '../frontier/frontier-search.js';

/**
 * Learns what points come to, and proposes those whose results are expected to add most to the
 * front's hypervolume. An objective that is known beforehand is not learned. Points that are under
 * way are taken to come out as is believed.
 */
export class FrontierStrategy implements CubeStrategy {
  readonly #search: FrontierSearch;
  readonly #first: InitialDesign;
  #prior = 0;
  #last: { readonly key: string; readonly outlook: AcquisitionResult } | undefined;

  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
    private readonly options: FrontierOptions,
  ) {
    this.#first = new InitialDesign(space, seed, options);
    this.#search = new FrontierSearch(space, options);
  }

  /** @throws RangeError for results of more or fewer objectives than the reference has */
  tell(results: readonly CubeObservation[]): void {
    const { length } = this.options.reference;
    for (const { number, point, objectives, fidelity, limited } of results) {
      if (number === null) this.#prior++;
      if (objectives === null || !objectives.every(Number.isFinite)) this.#search.observeFailure(point);
      else if (objectives.length === length) this.#search.observe(point, objectives, fidelity, limited);
      else throw new RangeError(`frontier was to search ${length} objectives, and was told of ${objectives.length}`);
    }
  }

  *propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal> {
    if (this.#isLooking) {
      yield { point: [...this.#first.at(number + this.#prior)], origin: 'random', parents: [] };
    } else {
      const { candidates } = this.#outlook(number, pending);
      const { jitter } = this.#search;
      const remark = `a covariance matrix was not quite positive definite: ${jitter.toExponential(1)} was added to its diagonal`;
      for (const { point } of candidates)
        yield { point, origin: 'proposed', parents: [], ...(jitter > 0 && { remark }) };
    }
    const random = new RandomStream(this.seed, number);
    for (;;) yield { point: spread(this.space, random), origin: 'random', parents: [] };
  }

  expect(
    number: number,
    points: readonly (readonly number[])[],
    pending: readonly (readonly number[])[],
  ): ExpectedImprovement | undefined {
    if (this.#isLooking) return undefined;
    const { candidates, expected } = this.#outlook(number, pending);
    return { ofStopped: expected(points), ofNew: candidates[0].value };
  }

  /**
   * Whoever has asked what to expect of the best proposal asks for it next, as a rule: it is not
   * looked for twice.
   */
  #outlook(number: number, pending: readonly (readonly number[])[]): AcquisitionResult {
    const key = JSON.stringify([number, this.#search.observations, pending]);
    if (this.#last?.key !== key) {
      this.#last = { key, outlook: this.#search.propose(new RandomStream(this.seed, number), pending) };
    }
    return this.#last.outlook;
  }

  get #isLooking(): boolean {
    return this.#search.observations < MIN_OBSERVATIONS;
  }
}
