import type { RandomStream } from '@espalier/random';
import { choiceAt, type CubeSpace } from '../space/unit-cube-space.js';
import { normalDistribution } from './normal-distribution.js';

/** Of the bandwidth, as Optuna's multivariate estimator has it. */
const SIGMA_0 = 0.2;
const PRIOR_WEIGHT = 1;

interface Kernel {
  readonly weight: number;
  /** Null for the prior: anywhere. */
  readonly center: readonly number[] | null;
}

/**
 * A density over a cube: a mixture with a kernel about each point and one that covers everything. A
 * kernel is a product of normal distributions that end with the cube, and of categories of which
 * one is likelier (Falkner et al. 2018 use such kernels for TPE).
 */
export class ParzenEstimator {
  readonly #kernels: readonly Kernel[];
  readonly #deviation: number;

  /** @param weights of the points, not negative */
  constructor(
    private readonly space: CubeSpace,
    points: readonly (readonly number[])[],
    weights: readonly number[],
  ) {
    const total = weights.reduce((sum, weight) => sum + weight, PRIOR_WEIGHT);
    this.#kernels = [
      ...points.map((center, i) => ({ weight: weights[i] / total, center })),
      { weight: PRIOR_WEIGHT / total, center: null },
    ];
    const bandwidth = SIGMA_0 * Math.max(1, points.length) ** (-1 / (space.choices.length + 4));
    this.#deviation = Math.min(1, Math.max(bandwidth, 1 / Math.min(100, 1 + this.#kernels.length)));
  }

  sample(random: RandomStream): number[] {
    let at = random.uniform();
    const kernel = this.#kernels.find(({ weight }) => (at -= weight) < 0) ?? this.#kernels[this.#kernels.length - 1];
    return this.space.choices.map((choices, j) => {
      if (this.space.isCategorical[j] && choices !== undefined) return this.#category(kernel, j, choices, random);
      return normalInside(...this.#shape(kernel, j), random);
    });
  }

  logDensity(point: readonly number[]): number {
    const logs = this.#kernels.map(
      (kernel) =>
        Math.log(kernel.weight) +
        point.reduce((sum, x, j) => {
          const choices = this.space.choices[j];
          if (this.space.isCategorical[j] && choices !== undefined) {
            return sum + Math.log(this.#probability(kernel, j, choices, choiceAt(x, choices)));
          }
          return sum + logNormalInside(x, ...this.#shape(kernel, j));
        }, 0),
    );
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  }

  #shape({ center }: Kernel, j: number): [mean: number, deviation: number] {
    return center === null ? [0.5, 1] : [center[j], this.#deviation];
  }

  #category(kernel: Kernel, j: number, choices: number, random: RandomStream): number {
    let at = random.uniform();
    let option = 0;
    while (option < choices - 1 && (at -= this.#probability(kernel, j, choices, option)) >= 0) option++;
    return (option + 0.5) / choices;
  }

  /** Each option has a part of the prior, and the kernel's own all the rest. */
  #probability({ center }: Kernel, j: number, choices: number, option: number): number {
    if (center === null) return 1 / choices;
    const prior = PRIOR_WEIGHT / this.#kernels.length;
    return (prior + (choiceAt(center[j], choices) === option ? 1 : 0)) / (choices * prior + 1);
  }
}

/** Of a normal distribution what is in [0, 1], whose mean is there too: at least a third of it. */
function normalInside(mean: number, deviation: number, random: RandomStream): number {
  for (;;) {
    const value = mean + deviation * random.normal();
    if (value >= 0 && value <= 1) return value;
  }
}

function logNormalInside(x: number, mean: number, deviation: number): number {
  const inside = normalDistribution((1 - mean) / deviation) - normalDistribution(-mean / deviation);
  return -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation * Math.sqrt(2 * Math.PI) * inside);
}
