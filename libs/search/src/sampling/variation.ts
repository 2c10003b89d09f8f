import type { RandomStream } from '@espalier/random';

const CROSSOVER_PROBABILITY = 0.9;
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;

/**
 * One child of two points of the unit cube by simulated binary crossover, bounded so that no child
 * leaves the cube (Deb & Agrawal 1995; bounds as in Deb's NSGA-II program). Each coordinate is
 * crossed with probability a half.
 */
export function simulatedBinaryCrossover(
  mother: readonly number[],
  father: readonly number[],
  random: RandomStream,
): number[] {
  if (random.uniform() >= CROSSOVER_PROBABILITY) return [...mother];
  return mother.map((m, i) => {
    const f = father[i];
    const crossed = random.uniform() < 0.5;
    const u = random.uniform();
    const side = random.uniform() < 0.5;
    if (!crossed || Math.abs(m - f) < 1e-14) return m;
    const low = Math.min(m, f);
    const high = Math.max(m, f);
    const spread = (room: number): number => {
      const beta = 1 + (2 * room) / (high - low);
      const alpha = 2 - beta ** -(CROSSOVER_INDEX + 1);
      return u <= 1 / alpha
        ? (u * alpha) ** (1 / (CROSSOVER_INDEX + 1))
        : (1 / (2 - u * alpha)) ** (1 / (CROSSOVER_INDEX + 1));
    };
    const value = side
      ? 0.5 * (low + high - spread(low) * (high - low))
      : 0.5 * (low + high + spread(1 - high) * (high - low));
    return clamp(value);
  });
}

/**
 * Polynomial mutation of each coordinate with probability 1/n, bounded by the unit cube (Deb &
 * Goyal 1996).
 */
export function polynomialMutation(point: readonly number[], random: RandomStream): number[] {
  return point.map((x) => {
    const mutated = random.uniform() < 1 / point.length;
    const u = random.uniform();
    if (!mutated) return x;
    const power = 1 / (MUTATION_INDEX + 1);
    const step =
      u < 0.5
        ? (2 * u + (1 - 2 * u) * (1 - x) ** (MUTATION_INDEX + 1)) ** power - 1
        : 1 - (2 * (1 - u) + 2 * (u - 0.5) * x ** (MUTATION_INDEX + 1)) ** power;
    return clamp(x + step);
  });
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
