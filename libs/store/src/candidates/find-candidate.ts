import {
  FailureSchema,
  LineageSchema,
  NetworkEnergySchema,
  PruningScheduleSchema,
  SparsityProfileSchema,
  type Candidate,
  type CandidateDetail,
} from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { NotFoundError } from '../database/errors.js';
import type { Prisma } from '../generated/client.js';

export const WITH_RESULTS = {
  frontPoint: true,
  campaign: { select: { name: true } },
  evaluations: { select: { split: true, accuracy: true } },
} satisfies Prisma.CandidateInclude;
type CandidateRow = Prisma.CandidateGetPayload<{ include: typeof WITH_RESULTS }>;

/** @throws NotFoundError */
export async function findCandidate(database: Database, id: string): Promise<CandidateDetail> {
  const row = await database.candidate.findUnique({
    where: { id },
    include: { ...WITH_RESULTS, evaluations: true },
  });
  if (!row) throw new NotFoundError('candidate', id);
  const validation = row.evaluations.find(({ split }) => split === 'validation');
  return {
    ...describeCandidate(row),
    profile: validation ? SparsityProfileSchema.parse(validation.profile) : null,
    energyReport: validation ? NetworkEnergySchema.parse(validation.energyReport) : null,
  };
}

export function describeCandidate(row: CandidateRow): Candidate {
  return {
    id: row.id,
    campaign: row.campaign.name,
    number: row.number,
    state: row.state,
    schedule: PruningScheduleSchema.parse(row.schedule),
    lineage: LineageSchema.parse(row.lineage),
    validationAccuracy: row.accuracy,
    testAccuracy: row.evaluations.find(({ split }) => split === 'test')?.accuracy ?? null,
    energy: row.energy,
    latency: row.latency,
    weightsLeft: row.weightsLeft,
    onFront: row.frontPoint !== null,
    rung: row.rung,
    failure: row.failure === null ? null : FailureSchema.parse(row.failure),
    artifact: row.artifactHash,
    reusedFrom: row.reusedFrom,
    answeredBy: row.reusedFrom,
    proposedAt: row.proposedAt.toISOString(),
    askedAt: row.proposedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
