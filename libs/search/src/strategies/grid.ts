import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, Proposal } from '../space/unit-cube-space.js';
import { offspring } from '../sampling/offspring.js';

/**
 * Every combination of evenly spaced values, the ends included, once each; in an order drawn by the
 * seed, so that a search that is stopped early has been everywhere. When all are tried, random
 * points.
 */
export class GridStrategy implements CubeStrategy {
  readonly #sizes: readonly number[];
  readonly #count: bigint;
  readonly #first: bigint;
  readonly #stride: bigint;

  /**
   * @param levels values of each coordinate; of one with fewer, all
   * @throws RangeError for fewer than two levels
   */
  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
    levels: number,
  ) {
    if (!Number.isInteger(levels) || levels < 2)
      throw new RangeError(`levels: ${levels} is not a whole number of at least 2`);
    this.#sizes = space.choices.map((choices = levels, j) =>
      space.isCategorical[j] ? choices : Math.min(choices, levels),
    );
    this.#count = this.#sizes.reduce((product, size) => product * BigInt(size), 1n);
    const random = new RandomStream(seed, 0);
    this.#first = drawBelow(this.#count, random);
    this.#stride = coprimeTo(this.#count, drawBelow(this.#count, random));
  }

  tell(): void {
    // Nothing is learned.
  }

  *propose(number: number): Iterable<Proposal> {
    if (BigInt(number) < this.#count) {
      yield {
        point: this.#pointAt((this.#first + BigInt(number) * this.#stride) % this.#count),
        origin: 'proposed',
        parents: [],
      };
    }
    yield* offspring(this.space, this.seed, number, null);
  }

  #pointAt(index: bigint): number[] {
    let rest = index;
    return this.#sizes.map((size, j) => {
      const level = Number(rest % BigInt(size));
      rest /= BigInt(size);
      const choices = this.space.choices[j];
      if (choices === undefined) return size === 1 ? 0.5 : level / (size - 1);
      return (Math.round((level * (choices - 1)) / Math.max(1, size - 1)) + 0.5) / choices;
    });
  }
}

/** Levels with which a grid has at most so many points, two at least. */
export function levelsFor(dimensions: number, points: number): number {
  return Math.max(2, Math.floor(points ** (1 / dimensions) + 1e-9));
}

function drawBelow(count: bigint, random: RandomStream): bigint {
  let drawn = 0n;
  for (let scale = 1n; scale < count; scale <<= 30n) drawn = (drawn << 30n) | BigInt(random.integer(0, 2 ** 30 - 1));
  return drawn % count;
}

/** The first from a start up by which all of `count` are come to, each once. */
function coprimeTo(count: bigint, start: bigint): bigint {
  for (let stride = start > 0n ? start : 1n; ; stride++) if (greatestCommonDivisor(stride, count) === 1n) return stride;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
