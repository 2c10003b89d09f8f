import type { CampaignSpec } from '@espalier/contracts';
import type { Prisma } from '../generated/client.js';

/** A filter for candidates whose results violate no constraint. */
export function satisfiesConstraints({
  accuracy,
  energy,
  latency,
}: CampaignSpec['constraints']): Prisma.CandidateWhereInput {
  return {
    accuracy: { gte: accuracy?.min ?? 0 },
    ...(energy && { energy: { lte: energy.max } }),
    ...(latency && { OR: [{ latency: null }, { latency: { lte: latency.max } }] }),
  };
}
