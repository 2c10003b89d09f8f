import type { ScheduleSpace } from '@espalier/contracts';
import { RandomStream } from '@espalier/random';
import { ScheduleCoding } from '../schedule-coding.js';
import type { Asked, Strategy } from '../strategy.js';

/** Draws every schedule anew, uniformly over the space. */
export class RandomStrategy implements Strategy {
  readonly #coding: ScheduleCoding;

  constructor(
    space: ScheduleSpace,
    readonly seed: number,
  ) {
    this.#coding = new ScheduleCoding(space);
  }

  tell(): void {
    // Nothing is learned.
  }

  ask(number: number): Asked {
    const point = this.#coding.random(new RandomStream(this.seed, number));
    return { schedule: this.#coding.decode(point), lineage: { origin: 'random', parents: [] } };
  }
}
