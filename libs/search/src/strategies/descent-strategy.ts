import type { CubeSpace, CubeStrategy, CubeObservation, Proposal } from '../space/unit-cube-space.js';
import { Descent, type DescentOptions, type Step } from './descent.js';
import { offspring } from '../sampling/offspring.js';

/** Proposes the steps of a descent in its own order; pending steps take different layers. */
export class DescentStrategy implements CubeStrategy {
  readonly #descent: Descent;

  /** @param worth of a step: the most goes first */
  constructor(
    private readonly space: CubeSpace,
    readonly seed: number,
    options: DescentOptions,
    private readonly worth: (step: Step, descent: Descent) => number,
  ) {
    this.#descent = new Descent(space, options);
  }

  tell(results: readonly CubeObservation[]): void {
    for (const told of results) this.#descent.tell(told);
  }

  *propose(number: number, pending: readonly (readonly number[])[]): Iterable<Proposal> {
    if (!this.#descent.hasBegun) yield { point: this.#descent.densest, origin: 'proposed', parents: [] };
    const underWay = new Set(pending.map(String));
    const steps = this.#descent
      .steps()
      .filter(({ point }) => !underWay.has(String(point)))
      .map((step) => ({ step, worth: this.worth(step, this.#descent) }))
      .sort((a, b) => b.worth - a.worth || a.step.coordinate - b.step.coordinate);
    for (const { step } of steps) yield { point: step.point, origin: 'proposed', parents: [] };
    yield* offspring(this.space, this.seed, number, null);
  }
}
