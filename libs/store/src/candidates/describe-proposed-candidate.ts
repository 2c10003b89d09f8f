import { epochsOfRung } from '@espalier/campaign-policy';
import { PruningScheduleSchema, type CampaignSpec, type ProposedCandidate, type Rung } from '@espalier/contracts';
import type { Prisma } from '../generated/client.js';

type Row = Prisma.CandidateGetPayload<{ include: { artifact: true } }>;

type ProposedRow = Pick<Row, 'id' | 'number' | 'rung' | 'artifact'> & { schedule: unknown };

/** A candidate as a worker needs it: how far to train it, and from which model. */
export function describeProposedCandidate(spec: CampaignSpec, { artifact, ...row }: ProposedRow): ProposedCandidate {
  const schedule = PruningScheduleSchema.parse(row.schedule);
  const asked = { candidateId: row.id, number: row.number, schedule };
  if (row.rung === null) return asked;
  const rung: Rung = {
    until: epochsOfRung(spec, schedule, row.rung),
    ...(artifact && { from: { artifact: artifact.hash, bytes: artifact.bytes } }),
  };
  return { ...asked, rung };
}
