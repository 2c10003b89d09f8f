import type { CubeSpace, CubeStrategy, Proposal } from '../space/unit-cube-space.js';
import { offspring } from '../sampling/offspring.js';
import { SobolSequence } from '../sampling/sobol-sequence.js';

/** The points of a Sobol sequence, in their order. */
export class SobolStrategy implements CubeStrategy {
  readonly #sequence: SobolSequence;

  /** @throws RangeError for a space of more than 256 dimensions */
  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
  ) {
    this.#sequence = new SobolSequence(space.choices.length, seed);
  }

  tell(): void {
    // Nothing is learned.
  }

  *propose(number: number): Iterable<Proposal> {
    yield { point: this.#sequence.at(number), origin: 'proposed', parents: [] };
    yield* offspring(this.space, this.seed, number, null);
  }
}
