import type { CubeSpace, CubeObservation } from '../space/unit-cube-space.js';

/**
 * Of a coordinate's range, taken at one step; halved when none is left that costs little enough.
 */
const FIRST_STEP = 0.2;
const SMALLEST_STEP = 0.2 / 2 ** 2;
/**
 * Part of all the loss that there is to lose, that may be lost at first; doubled when the smallest
 * steps lose more.
 */
const FIRST_ALLOWANCE = 0.01;

/**
 * What a step down one coordinate from the held point would save, and what is known of what it
 * loses.
 */
export interface Step {
  readonly coordinate: number;
  readonly point: number[];
  /** Of the second objective, as far as it is known. */
  readonly saved: number;
  /** Loss for each unit of this coordinate, as last measured; undefined before. */
  readonly sensitivity: number | undefined;
}

interface Result {
  readonly point: readonly number[];
  readonly loss: number;
  readonly isAllowed: boolean;
}

export interface DescentOptions {
  /** Of both objectives, beyond which a result is worth nothing. */
  readonly reference: readonly [number, number];
  readonly known?: (point: readonly number[]) => number;
}

/**
 * From the densest point down, a step of one coordinate at a time: a step that loses no more than
 * is allowed is held, and one that loses more closes its coordinate. When all are closed, steps
 * become smaller, then more is allowed. It follows from what was told, in order, and from nothing
 * else.
 */
export class Descent {
  readonly #coordinates: readonly number[];
  readonly #closed = new Set<number>();
  readonly #sensitivity = new Map<number, number>();
  /** What was told of points, for steps that come again when more is allowed. */
  readonly #results = new Map<string, Result>();
  #held: Result | undefined;
  #densestLoss = 0;
  #step = FIRST_STEP;
  #allowance = FIRST_ALLOWANCE;

  constructor(
    private readonly space: CubeSpace,
    private readonly options: DescentOptions,
  ) {
    const all = space.choices.map((_, j) => j);
    const densities = all.filter((j) => space.isDensity[j]);
    this.#coordinates = densities.length > 0 ? densities : all.filter((j) => !space.isCategorical[j]);
  }

  /** All there is of densities, and of training; of options the first. */
  get densest(): number[] {
    return this.space.choices.map((choices, j) => (this.space.isCategorical[j] && choices ? 0.5 / choices : 1));
  }

  get hasBegun(): boolean {
    return this.#held !== undefined;
  }

  tell({ point, objectives, violation, fidelity = 1 }: CubeObservation): void {
    if (fidelity < 1) return;
    const loss = objectives?.every(Number.isFinite) ? objectives[0] : Infinity;
    const result = { point, loss, isAllowed: violation === 0 };
    this.#results.set(keyOf(point), result);
    if (this.#held === undefined) {
      if (this.#coordinates.some((j) => point[j] < this.densest[j] - this.#tolerance)) return;
      this.#held = result;
      this.#densestLoss = loss === Infinity ? this.options.reference[0] : loss;
      return;
    }
    const { point: held, loss: heldLoss } = this.#held;
    const lowered = this.#coordinates.filter((j) => point[j] < held[j] - this.#tolerance);
    // Of a step from what was held before, little can be said.
    if (lowered.length !== 1 || this.#coordinates.some((j) => point[j] > held[j] + this.#tolerance)) return;
    const [coordinate] = lowered;
    this.#sensitivity.set(coordinate, Math.max(0, loss - heldLoss) / (held[coordinate] - point[coordinate]));
    this.#settle(coordinate, result);
    this.#settleWhatIsKnown();
  }

  #settle(coordinate: number, result: Result): void {
    if (result.isAllowed && result.loss <= this.#allowed) this.#held = result;
    else this.#closed.add(coordinate);
  }

  /** A step that was tried before is not tried again: its result is known. */
  #settleWhatIsKnown(): void {
    for (;;) {
      this.#openAgain();
      const coordinate = this.#open().find((j) => this.#results.has(keyOf(this.#stepDown(j))));
      const result = coordinate === undefined ? undefined : this.#results.get(keyOf(this.#stepDown(coordinate)));
      if (coordinate === undefined || result === undefined) return;
      this.#settle(coordinate, result);
    }
  }

  /**
   * Steps that are open from what is held, in order of their coordinates; none when nothing is left
   * to take away.
   */
  steps(): Step[] {
    if (!this.#held) return [];
    const before = this.#costOf(this.#held.point);
    return this.#open().map((coordinate) => {
      const point = this.#stepDown(coordinate);
      return {
        ...{ coordinate, point },
        saved: before - this.#costOf(point),
        sensitivity: this.#sensitivity.get(coordinate),
      };
    });
  }

  #stepDown(coordinate: number): number[] {
    const { point } = this.#held ?? { point: this.densest };
    return point.map((x, j) => (j === coordinate ? Math.max(0, x - this.#sizeOf(coordinate)) : x));
  }

  /** What would be saved by all of a coordinate that is left: what it takes of the energy. */
  taken(coordinate: number): number {
    const point = this.#held?.point ?? this.densest;
    return this.#costOf(point) - this.#costOf(point.map((x, j) => (j === coordinate ? 0 : x)));
  }

  #open(): number[] {
    const { point } = this.#held ?? { point: this.densest };
    return this.#coordinates.filter((j) => !this.#closed.has(j) && point[j] > this.#tolerance);
  }

  #openAgain(): void {
    while (this.#open().length === 0 && this.#closed.size > 0) {
      if (this.#step > SMALLEST_STEP) this.#step /= 2;
      else if (this.#allowance < 1) [this.#allowance, this.#step] = [Math.min(1, 2 * this.#allowance), FIRST_STEP];
      else return;
      this.#closed.clear();
    }
  }

  get #allowed(): number {
    return this.#densestLoss + this.#allowance * Math.max(0, this.options.reference[0] - this.#densestLoss);
  }

  #sizeOf(coordinate: number): number {
    return Math.max(this.#step, 1 / (this.space.choices[coordinate] ?? Infinity));
  }

  /**
   * Two values of a coordinate that differ by less are the same, up to how schedules are rounded.
   */
  get #tolerance(): number {
    return SMALLEST_STEP / 4;
  }

  #costOf(point: readonly number[]): number {
    return this.options.known ? this.options.known(point) : point.reduce((sum, x) => sum + x, 0);
  }
}

/** Points that differ by less than a schedule's rounding are one. */
const keyOf = (point: readonly number[]): string => point.map((x) => Math.round(1000 * x)).join();
