import { RandomStream } from '@espalier/random';
import type { CubeSpace } from '../cube.js';
import { MOST_SOBOL_DIMENSIONS, SobolSequence } from '../strategies/sobol-sequence.js';
import { spread } from './climb.js';
import type { FrontierOptions } from './frontier-options.js';
import { PresumedFront } from './presumed-front.js';

/** Results from which something can be learned, and until which these points are tried. */
export const FEWEST_TO_LEARN_FROM = 4;
/** Each takes some milliseconds to find, and so does each before it after a restart. */
const MOST_PRESUMED = 64;

/**
 * Points to begin with: where what they cost is known beforehand, on the front of a presumed network, else from one end of the space
 * to the other. What layers have in common is learned from few, and each more is one that is not chosen.
 */
export class FirstPoints {
  /** Where each coordinate lies, so that few points tell what each does. */
  readonly #sequence: SobolSequence | undefined;
  readonly #presumed: PresumedFront | undefined;

  constructor(
    private readonly space: CubeSpace,
    private readonly seed: number,
    { reference, known, limits = [], isShare }: FrontierOptions,
  ) {
    const { length } = space.choices;
    if (length <= MOST_SOBOL_DIMENSIONS) this.#sequence = new SobolSequence(length, seed);
    const cost = known?.[0];
    // What is presumed is the share of an accuracy that is lost as layers grow sparse.
    if (cost && isShare && reference.length === 2 && space.isDensity.includes(true)) {
      this.#presumed = new PresumedFront(space, seed, cost, reference[1], limits, (number) => this.#places(number));
    }
  }

  /** @param number from 0 */
  at(number: number): readonly number[] {
    if (this.#presumed && number < MOST_PRESUMED) return this.#presumed.at(number);
    const random = new RandomStream(this.seed, number);
    const level = ((number + random.uniform()) / FEWEST_TO_LEARN_FROM) % 1;
    return spread(this.space, random, level, this.#places(number));
  }

  #places(number: number): readonly number[] {
    if (this.#sequence) return this.#sequence.at(number);
    const random = new RandomStream(this.seed, number);
    return this.space.choices.map(() => random.uniform());
  }
}
