import type { Candidate, Front } from '@espalier/contracts';
import { front, hypervolume } from '@espalier/pareto';

interface Priced {
  readonly energy: number;
  readonly accuracy: number;
}

/**
 * The non-dominated of priced candidates, and the hypervolume of their front.
 *
 * @param denseEnergy what energies are a fraction of in the hypervolume; Infinity while the dense network is not known
 */
export function frontOf<Of extends Priced>(
  candidates: readonly Of[],
  denseEnergy: number,
): { members: Of[]; hypervolume: number } {
  const members = front(candidates, ({ energy, accuracy }): [number, number] => [energy, -accuracy]);
  const area = hypervolume(
    members.map(({ energy, accuracy }) => [energy / denseEnergy, 1 - accuracy] as const),
    [1, 1],
  );
  return { members, hypervolume: area };
}

/** A candidate as a front shows it. */
export function frontPoint(
  { id, number, schedule, validationAccuracy, testAccuracy, weightsLeft }: Candidate,
  energy: number | null,
): Front['points'][number] {
  return { id, number, schedule, validationAccuracy, testAccuracy, energy, weightsLeft };
}
