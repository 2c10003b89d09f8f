import { RandomStream } from '@espalier/random';
import type { CubeSpace, CubeStrategy, Proposal } from '../cube.js';

/** Draws every point anew, uniformly over the space. */
export class RandomStrategy implements CubeStrategy {
  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
  ) {}

  tell(): void {
    // Nothing is learned.
  }

  *propose(number: number): Iterable<Proposal> {
    const random = new RandomStream(this.seed, number);
    for (;;) yield { point: this.space.choices.map(() => random.uniform()), origin: 'random', parents: [] };
  }
}
