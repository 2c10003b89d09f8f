import { normalDensity, normalDistribution } from '../../sampling/normal-distribution.js';

/**
 * A scale on which a loss in (0, 1) is nearer to a normal distribution, with what a normal
 * distribution there says of the loss itself. Losses fall with density in another shape for each
 * network, so that the scale is chosen by what foretells best.
 */
export interface OutcomeTransform {
  readonly name: string;
  /** Onto the scale; increasing. */
  of(loss: number): number;
  back(value: number): number;
  /** E[max(0, level − loss)], where the loss is normal on the scale: in closed form. */
  expectedBelow(level: number, mean: number, deviation: number): number;
}

/** Loss as it is. */
export const identity: OutcomeTransform = {
  name: 'identity',
  of: (loss) => loss,
  back: (value) => value,
  expectedBelow: (level, mean, deviation) => {
    const z = (level - mean) / deviation;
    return (level - mean) * normalDistribution(z) + deviation * normalDensity(z);
  },
};

/**
 * log loss: losses that differ by factors, most near 0. A put option's price (Black & Scholes
 * 1973).
 */
export const logarithm: OutcomeTransform = {
  name: 'log',
  of: (loss) => Math.log(inside(loss)),
  back: Math.exp,
  expectedBelow: (level, mean, deviation) => {
    if (level <= 0) return 0;
    const z = (Math.log(level) - mean) / deviation;
    return level * normalDistribution(z) - Math.exp(mean + deviation ** 2 / 2) * normalDistribution(z - deviation);
  },
};

/**
 * −log(1 − loss): damages that add up, of which each leaves a part of the accuracy. A call option's
 * price.
 */
const damage: OutcomeTransform = {
  name: 'damage',
  of: (loss) => -Math.log(1 - inside(loss)),
  back: (value) => 1 - Math.exp(-value),
  expectedBelow: (level, mean, deviation) => {
    // level − loss = e^(−value) − (1 − level), with e^(−value) log-normal.
    if (level >= 1) return level - 1 + Math.exp(-mean + deviation ** 2 / 2);
    const left = 1 - level;
    const z = (-mean - Math.log(left)) / deviation;
    return Math.exp(-mean + deviation ** 2 / 2) * normalDistribution(z + deviation) - left * normalDistribution(z);
  },
};

/** For losses of no known range, only the identity holds. */
export const OUTCOME_TRANSFORMS: readonly OutcomeTransform[] = [damage, identity, logarithm];

const EDGE = 1e-4;
const inside = (loss: number): number => Math.min(1 - EDGE, Math.max(EDGE, loss));
