/** Points at which densities are compared. */
const GRID = 51;
const LEAST_DENSITY = 1e-9;

/**
 * Importance of each coordinate for being among the best: PED-ANOVA (Watanabe, Bansal & Hutter
 * 2023). The density of the best over a coordinate is compared with that of all points by Pearson's
 * divergence: the variance that the coordinate alone explains.
 *
 * @param points of the unit cube
 * @param isBest whether each point is among the best
 * @param choices number of values of each coordinate; undefined where it is continuous
 * @returns shares that sum to 1; all 0 when no coordinate distinguishes the best
 */
export function parameterImportance(
  points: readonly (readonly number[])[],
  isBest: readonly boolean[],
  choices: readonly (number | undefined)[],
): number[] {
  const best = points.filter((_, i) => isBest[i]);
  const divergences = choices.map((values, j) => {
    const bins = values ?? GRID;
    const [top, all] = [best, points].map((some) =>
      densityOf(
        some.map((point) => point[j]),
        bins,
        values !== undefined,
      ),
    );
    return all.reduce((sum, density, k) => sum + density * (top[k] / density - 1) ** 2, 0);
  });
  const total = divergences.reduce((sum, each) => sum + each, 0);
  return divergences.map((each) => (total > 0 ? each / total : 0));
}

/**
 * Probabilities of evenly spaced values: counted with one more for each choice, or smoothed by
 * Scott's rule.
 */
function densityOf(values: readonly number[], bins: number, isDiscrete: boolean): number[] {
  const density = Array<number>(bins).fill(isDiscrete ? 1 : LEAST_DENSITY);
  if (isDiscrete) {
    for (const value of values) density[Math.min(bins - 1, Math.floor(value * bins))]++;
  } else {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const bandwidth = Math.max(1 / (bins - 1), 1.06 * deviation * values.length ** -0.2);
    for (let k = 0; k < bins; k++) {
      const at = k / (bins - 1);
      for (const value of values) density[k] += Math.exp(-0.5 * ((at - value) / bandwidth) ** 2);
    }
  }
  const total = density.reduce((sum, each) => sum + each, 0);
  return density.map((each) => each / total);
}
