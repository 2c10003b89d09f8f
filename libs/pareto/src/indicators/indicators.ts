/**
 * How far a set of points is from a reference front on average, where only what is worse counts
 * (IGD⁺, Ishibuchi et al. 2015). All objectives are minimised; the less the better, and 0 when the
 * set covers the front.
 *
 * @throws RangeError when either is empty
 */
export function invertedGenerationalDistancePlus(
  points: readonly (readonly number[])[],
  referenceFront: readonly (readonly number[])[],
): number {
  refuseEmpty(points, referenceFront);
  const distances = referenceFront.map((target) =>
    Math.min(...points.map((point) => Math.hypot(...point.map((value, k) => Math.max(0, value - target[k]))))),
  );
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

/**
 * The least ε by which a set of points, made better by ε in every objective, covers a reference
 * front (additive ε-indicator, Zitzler et al. 2003). All objectives are minimised.
 *
 * @throws RangeError when either is empty
 */
export function additiveEpsilon(
  points: readonly (readonly number[])[],
  referenceFront: readonly (readonly number[])[],
): number {
  refuseEmpty(points, referenceFront);
  return Math.max(
    ...referenceFront.map((target) =>
      Math.min(...points.map((point) => Math.max(...point.map((value, k) => value - target[k])))),
    ),
  );
}

/**
 * Whether `a`, made better by ε in every objective, is at least as good as `b` in each (Laumanns et
 * al. 2002).
 */
export function epsilonDominates(a: readonly number[], b: readonly number[], epsilon: number): boolean {
  return a.every((value, k) => value - epsilon <= b[k]);
}

function refuseEmpty(points: readonly unknown[], referenceFront: readonly unknown[]): void {
  if (points.length === 0) throw new RangeError('points: one at least is needed');
  if (referenceFront.length === 0) throw new RangeError('referenceFront: one point at least is needed');
}
