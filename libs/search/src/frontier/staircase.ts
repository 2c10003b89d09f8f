import { front } from '@espalier/pareto';

/** Of a front as steps over the second objective: from `from` to `to` the least first objective so far is `level`. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/**
 * The front of points under two objectives, both minimised, as steps from −∞ to the reference point. What a new point (a, b) adds
 * to the hypervolume is Σ over steps of (level − a)⁺ · |[from, to] ∩ [b, ∞)|: a product, so that its expectation is one as well where
 * the objectives are independent.
 */
export function staircase(
  points: readonly (readonly [number, number])[],
  reference: readonly [number, number],
): Step[] {
  const inside = points.filter(([a, b]) => a < reference[0] && b < reference[1]);
  const steps: Step[] = [];
  let from = -Infinity;
  let level = reference[0];
  for (const [a, b] of front(inside, ([x, y]) => [y, x])) {
    steps.push({ from, to: b, level: Math.min(level, reference[0]) });
    from = b;
    // front() was asked by the second objective: its points come in order of it.
    level = a;
  }
  steps.push({ from, to: reference[1], level });
  return steps;
}
