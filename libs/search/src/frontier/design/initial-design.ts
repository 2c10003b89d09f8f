import { RandomStream } from '@espalier/random';
import type { CubeSpace } from '../../space/unit-cube-space.js';
import { MAX_SOBOL_DIMENSIONS, SobolSequence } from '../../sampling/sobol-sequence.js';
import { spread } from '../acquisition/optimize-acquisition.js';
import type { FrontierOptions } from '../frontier-options.js';
import { PriorFront } from './prior-front.js';

/** Observations before the surrogate model is used; until then the initial design is tried. */
export const MIN_OBSERVATIONS = 4;
/** Draws for each point; the best is taken. */
const DRAWN = 512;
/** Each takes a millisecond or more to find, and those before it as long again after a restart. */
const MOST_PRESUMED = 64;

/**
 * Points to begin with, drawn about levels that their coordinates share, from one end of the space
 * to the other. Where there are densities, each is the one of many so drawn that would add most to
 * the front of a presumed network: the first few are about its knee, those after them go from end
 * to end. What layers have in common is learned from few, and each more is one that is not chosen.
 */
export class InitialDesign {
  /** Where each coordinate lies about the level, so that few points tell what each does. */
  readonly #sequence: SobolSequence | undefined;
  readonly #presumed: PriorFront | undefined;

  constructor(
    private readonly space: CubeSpace,
    private readonly seed: number,
    { reference, known, limits = [], isShare }: FrontierOptions,
  ) {
    const { length } = space.choices;
    if (length <= MAX_SOBOL_DIMENSIONS) this.#sequence = new SobolSequence(length, seed);
    // What is presumed is the share of an accuracy that is lost as layers grow sparse.
    if (isShare && reference.length === 2 && space.isDensity.includes(true)) {
      const cost = known?.[0] && { of: known[0], most: reference[1] };
      this.#presumed = new PriorFront(space, cost, limits, (number) => this.#drawn(number));
    }
  }

  /** @param number from 0 */
  at(number: number): readonly number[] {
    if (this.#presumed && number < MOST_PRESUMED) return this.#presumed.at(number);
    const random = new RandomStream(this.seed, number);
    return spread(this.space, random, levelOf(number, random), this.#places(number));
  }

  /**
   * Densities are drawn; of what is no density the sequence has the choice: which option is cheap
   * says nothing of its worth.
   */
  *#drawn(number: number): Iterable<number[][]> {
    const random = new RandomStream(this.seed, number);
    const level = levelOf(number, random);
    const places = this.#places(number);
    const draw = (about?: number) =>
      Array.from({ length: DRAWN }, () =>
        spread(this.space, random, about).map((x, j) => (this.space.isDensity[j] ? x : places[j])),
      );
    yield draw(level);
    yield draw();
  }

  #places(number: number): readonly number[] {
    if (this.#sequence) return this.#sequence.at(number);
    const random = new RandomStream(this.seed, number);
    return this.space.choices.map(() => random.uniform());
  }
}

const levelOf = (number: number, random: RandomStream): number => ((number + random.uniform()) / MIN_OBSERVATIONS) % 1;
