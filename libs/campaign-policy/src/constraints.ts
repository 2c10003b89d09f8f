import type { CampaignSpec } from '@espalier/contracts';

type Constraints = CampaignSpec['constraints'];

/** What constraints are about. */
export interface Constrained {
  readonly accuracy: number;
  readonly energy: number;
  /** Cycles of a batch; null where it is not known. */
  readonly latency: number | null;
}

/**
 * How far a result breaks constraints: accuracy that is missing, and parts by which energy and
 * latency are too much. 0: not at all.
 */
export function constraintViolation(constraints: Constraints, { accuracy, energy, latency }: Constrained): number {
  const excess = (value: number, limit: { max: number } | undefined): number =>
    limit ? Math.max(0, value / limit.max - 1) : 0;
  return (
    Math.max(0, (constraints.accuracy?.min ?? 0) - accuracy) +
    excess(energy, constraints.energy) +
    (latency === null ? 0 : excess(latency, constraints.latency))
  );
}
