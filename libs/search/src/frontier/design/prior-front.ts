import type { CubeSpace } from '../../space/unit-cube-space.js';
import { BoxDecomposition } from '../acquisition/box-decomposition.js';
import type { Known } from '../model/cost-model.js';
import type { Limit } from '../frontier-options.js';

/**
 * The part of every layer that is pruned where a presumed network has lost half of all that it can
 * lose.
 */
const HALF = 0.5;

/** What a schedule costs, and what it may cost to be worth anything. */
interface ScheduleCost {
  readonly of: Known;
  readonly most: number;
}

/** A front to try first when nothing was observed, from the known cost of schedules. */
export class PriorFront {
  readonly #points: (readonly number[])[] = [];
  readonly #densities: readonly number[];
  readonly #cost: ScheduleCost;

  /**
   * @param cost where it is not known, layers are presumed to cost as much as each other, up to 1
   *   in all
   * @param limits what else is limited
   * @param drawn for each point in turn, those of which it is to be one, then others for when none
   *   of these is worth anything; none empty
   */
  constructor(
    space: CubeSpace,
    cost: ScheduleCost | undefined,
    private readonly limits: readonly Limit[],
    private readonly drawn: (number: number) => Iterable<readonly (readonly number[])[]>,
  ) {
    this.#densities = space.isDensity.flatMap((is, j) => (is ? [j] : []));
    this.#cost = cost ?? { of: (point) => this.#presumedCost(point), most: 1 };
  }

  /** @param number from 0; those before it are found on the way */
  at(number: number): readonly number[] {
    while (this.#points.length <= number) this.#points.push(this.#next());
    return this.#points[number];
  }

  #next(): readonly number[] {
    const boxes = new BoxDecomposition(
      this.#points.map((point) => [this.#loss(point), this.#cost.of(point)]),
      [1, this.#cost.most],
    );
    let point: readonly number[] = [];
    for (const points of this.drawn(this.#points.length)) {
      const gains = points.map((each) => (this.#isWithin(each) ? this.#gain(boxes, each) : 0));
      const most = Math.max(...gains);
      point = points[gains.indexOf(most)];
      if (most > 0) break;
    }
    return point;
  }

  #gain(boxes: BoxDecomposition, point: readonly number[]): number {
    const loss = this.#loss(point);
    const cost = this.#cost.of(point);
    return boxes.expectedImprovement((level) => Math.max(0, level - loss), [(edge) => Math.max(0, edge - cost)], loss);
  }

  #loss(point: readonly number[]): number {
    let damages = 0;
    for (const j of this.#densities) damages += Math.LN2 * ((1 - point[j]) / HALF) ** 3;
    return 1 - Math.exp(-damages / this.#densities.length);
  }

  /** Less than the density is saved: what a layer reads and writes besides its weights stays. */
  #presumedCost(point: readonly number[]): number {
    return this.#densities.reduce((sum, j) => sum + Math.sqrt(point[j]), 0) / this.#densities.length;
  }

  #isWithin(point: readonly number[]): boolean {
    return this.limits.every(({ max, known }) => !known || known(point) <= max);
  }
}
