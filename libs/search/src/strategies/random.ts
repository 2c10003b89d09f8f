import type { CubeSpace, CubeStrategy, Proposal } from '../space/unit-cube-space.js';
import { offspring } from '../sampling/offspring.js';

/** Draws every point anew, uniformly over the space. */
export class RandomStrategy implements CubeStrategy {
  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
  ) {}

  tell(): void {
    // Nothing is learned.
  }

  propose(number: number): Iterable<Proposal> {
    return offspring(this.space, this.seed, number, null);
  }
}
