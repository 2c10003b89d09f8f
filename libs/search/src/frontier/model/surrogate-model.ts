import { fitHyperparameters, initialHyperparameters } from './fit-hyperparameters.js';
import { GaussianProcess } from './gaussian-process.js';
import type { Hyperparameters } from './kernel.js';
import { MonotoneMean } from './monotone-mean.js';
import type { OutcomeTransform } from './outcome-transforms.js';

/** A normal distribution on a transform's scale. */
export interface Posterior {
  readonly mean: number;
  readonly deviation: number;
}

/** Of fewer, what is fitted says more of chance than of the objective. */
const FIRST_FIT = 10;
const GROWTH = 1.15;
const MOST_FITTED = 128;
const ITERATIONS = 15;
const FIRST_ITERATIONS = 30;
/** Observations over which the scale is chosen, each twice as many as the time before. */
const MOST_COMPARED = 64;

interface Fitted {
  readonly transform: OutcomeTransform;
  readonly hyperparameters: Hyperparameters;
}

/**
 * What is believed of one objective: a monotone mean and a Gaussian process, on the scale that
 * foretells best. The fit is renewed whenever there is a seventh more to learn from, and begins
 * with the one before; it follows from what was observed, in order, and from nothing else.
 */
export class SurrogateModel {
  readonly #points: Float64Array[] = [];
  readonly #values: number[] = [];
  #fitted: Fitted | undefined;
  #nextFit = FIRST_FIT;
  #nextChoice = FIRST_FIT;

  /**
   * @param isDensity of each coordinate, whether it is one of those that do alike, and with which
   *   the objective falls, if it has a trend; all false where nothing is known
   */
  constructor(
    private readonly isDensity: readonly boolean[],
    private readonly transforms: readonly OutcomeTransform[],
  ) {}

  observe(point: Float64Array, value: number): void {
    this.#points.push(point);
    this.#values.push(value);
    if (this.#values.length < this.#nextFit) return;
    this.#nextFit = Math.ceil(this.#nextFit * GROWTH);
    // Where all values are equal there is nothing to fit.
    if (this.#values.every((each) => each === this.#values[0])) return;
    this.#fit();
  }

  /**
   * SurrogatePosterior given some of the observations.
   *
   * @param indices into what was observed; at least one
   * @param room for so many that are only fantasies
   */
  given(indices: readonly number[], room: number): SurrogatePosterior {
    const { transform, hyperparameters } = this.#fitted ?? {
      transform: this.transforms[0],
      hyperparameters: initialHyperparameters(this.isDensity.length),
    };
    const points = indices.map((i) => this.#points[i]);
    return new SurrogatePosterior(
      transform,
      hyperparameters,
      this.isDensity,
      points,
      indices.map((i) => this.#values[i]),
      room,
    );
  }

  #fit(): void {
    const some = evenly(this.#values.length, MOST_FITTED);
    if (this.#values.length >= this.#nextChoice) {
      this.#fitted = this.#choose();
      this.#nextChoice *= 2;
    }
    const { transform, hyperparameters } = this.#fitted ?? this.#choose();
    const { points, targets } = this.#standardised(transform, some);
    this.#fitted = {
      transform,
      hyperparameters: fitHyperparameters(points, targets, this.isDensity, hyperparameters, ITERATIONS).hyperparameters,
    };
  }

  #choose(): Fitted {
    const some = evenly(this.#values.length, MOST_COMPARED);
    let best: (Fitted & { error: number }) | undefined;
    for (const transform of this.transforms) {
      const { points, targets, scale, mean } = this.#standardised(transform, some);
      const start =
        transform === this.#fitted?.transform
          ? this.#fitted.hyperparameters
          : initialHyperparameters(this.isDensity.length);
      const { hyperparameters, leaveOneOut } = fitHyperparameters(
        points,
        targets,
        this.isDensity,
        start,
        FIRST_ITERATIONS,
      );
      const error = some.reduce((sum, i, k) => {
        const foretold = transform.back(mean.at(points[k]) + scale * leaveOneOut[k]);
        return sum + (foretold - this.#values[i]) ** 2;
      }, 0);
      if (!best || error < best.error) best = { transform, hyperparameters, error };
    }
    return best ?? { transform: this.transforms[0], hyperparameters: initialHyperparameters(this.isDensity.length) };
  }

  #standardised(transform: OutcomeTransform, indices: readonly number[]) {
    const points = indices.map((i) => this.#points[i]);
    return {
      points,
      ...residualsOf(
        points,
        indices.map((i) => transform.of(this.#values[i])),
        this.isDensity,
      ),
    };
  }
}

/** What is believed given some observations, to which fantasies ones may be added. */
export class SurrogatePosterior {
  readonly #mean: MonotoneMean;
  readonly #scale: number;
  readonly #process: GaussianProcess;
  readonly #points: readonly Float64Array[];

  constructor(
    readonly transform: OutcomeTransform,
    hyperparameters: Hyperparameters,
    isDensity: readonly boolean[],
    points: readonly Float64Array[],
    values: readonly number[],
    room: number,
  ) {
    const { mean, scale, targets } = residualsOf(
      points,
      values.map((value) => transform.of(value)),
      isDensity,
    );
    this.#mean = mean;
    this.#scale = scale;
    this.#points = points;
    this.#process = GaussianProcess.of(points, targets, hyperparameters, isDensity, room);
  }

  /** See GaussianProcess. */
  get jitter(): number {
    return this.#process.jitter;
  }

  /** Of each point, what is believed of it alone. */
  of(points: readonly Float64Array[]): Posterior[] {
    return this.#process.predict(points).map(({ mean, variance }, i) => ({
      mean: this.#mean.at(points[i]) + this.#scale * mean,
      deviation: this.#scale * Math.sqrt(variance),
    }));
  }

  /** What each observation is believed to have come to without its noise. */
  smoothed(): number[] {
    return this.#process
      .smoothed()
      .map((value, i) => this.transform.back(this.#mean.at(this.#points[i]) + this.#scale * value));
  }

  /**
   * Adds a fantasy: a pending point is taken to have its posterior value, so that the next proposal
   * keeps its distance.
   */
  fantasize(point: Float64Array, deviate = 0): number {
    const value = deviate === 0 ? this.#process.mean(point) : deviated(this.#process.predict([point])[0], deviate);
    this.#process.observe(point, value);
    return this.transform.back(this.#mean.at(point) + this.#scale * value);
  }
}

const deviated = ({ mean, variance }: { mean: number; variance: number }, deviate: number): number =>
  mean + deviate * Math.sqrt(variance);

function residualsOf(points: readonly Float64Array[], values: readonly number[], isDensity: readonly boolean[]) {
  const mean = MonotoneMean.fit(points, values, isDensity);
  const residuals = values.map((value, i) => value - mean.at(points[i]));
  const spread = Math.sqrt(residuals.reduce((sum, each) => sum + each * each, 0) / residuals.length);
  // Where the mean explains all there is, or all values are equal, the scale only must not be 0.
  const scale = spread > 1e-9 ? spread : 1e-9;
  return { mean, scale, targets: residuals.map((each) => each / scale) };
}

/** At most so many of the indices below `count`, spread evenly, the last included. */
function evenly(count: number, atMost: number): number[] {
  if (count <= atMost) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: atMost }, (_, i) => Math.floor(((i + 1) * count) / atMost) - 1);
}
