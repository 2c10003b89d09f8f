import type { Campaign, Candidate, Cost, Front } from '@espalier/contracts';
import { networkCosts } from '@espalier/pricing';
import { front, hypervolume } from '@espalier/pareto';

type Costs = Readonly<Record<Cost, number | null>>;
type Priced = Costs & { readonly accuracy: number };

/** Infinity where it is not known. */
export const costOf = (costs: Costs, cost: Cost): number => costs[cost] ?? Infinity;

/** Of the dense network; Infinity while it is not known. */
export const denseCost = (dense: Campaign['dense'], cost: Cost): number =>
  dense ? costOf(networkCosts(dense.energy), cost) : Infinity;

/**
 * The non-dominated of priced candidates, from the least cost to the most, and the hypervolume of
 * their front.
 *
 * @param dense what costs are a fraction of in the hypervolume
 */
export function computeFront<Of extends Priced>(
  candidates: readonly Of[],
  dense: Campaign['dense'],
  cost: Cost,
): { members: Of[]; hypervolume: number } {
  const members = front(candidates, (each): [number, number] => [costOf(each, cost), -each.accuracy]);
  const ofDense = denseCost(dense, cost);
  const area = hypervolume(
    members.map((member) => [costOf(member, cost) / ofDense, 1 - member.accuracy] as const),
    [1, 1],
  );
  return { members, hypervolume: area };
}

/** A candidate as a front shows it. */
export function frontPoint(
  { id, number, schedule, validationAccuracy, testAccuracy, weightsLeft }: Candidate,
  { energy, latency }: Costs,
): Front['points'][number] {
  return { id, number, schedule, validationAccuracy, testAccuracy, energy, latency, weightsLeft };
}
