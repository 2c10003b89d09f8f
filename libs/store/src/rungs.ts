import {
  PruningScheduleSchema,
  type AskedCandidate,
  type CampaignSpec,
  type PruningSchedule,
  type Rung,
} from '@espalier/contracts';
import { bestByRank } from '@espalier/pareto';
import { recordEvent } from './events.js';
import type { Prisma } from './generated/client.js';

/** Whether a candidate has been trained to its end with the result of a rung. */
export function isLastRung({ rungs }: CampaignSpec, { fineTune }: PruningSchedule, rung: number | null): boolean {
  return rung === null || rung >= (rungs?.epochs.filter((epochs) => epochs < fineTune.epochs).length ?? 0);
}

/** Epochs of fine-tuning at the end of a rung. */
export function epochsOfRung(spec: CampaignSpec, schedule: PruningSchedule, rung: number | null): number {
  const { epochs } = schedule.fineTune;
  return isLastRung(spec, schedule, rung) ? epochs : (spec.rungs?.epochs[rung ?? 0] ?? epochs);
}

type Row = Prisma.CandidateGetPayload<{ include: { artifact: true } }>;
type AskedRow = Pick<Row, 'id' | 'number' | 'rung' | 'artifact'> & { schedule: unknown };

/** What a worker is told of a candidate: how far it is to be trained, and from which model it goes on. */
export function describeAsked(spec: CampaignSpec, { artifact, ...row }: AskedRow): AskedCandidate {
  const schedule = PruningScheduleSchema.parse(row.schedule);
  const asked = { candidateId: row.id, number: row.number, schedule };
  if (row.rung === null) return asked;
  const rung: Rung = {
    until: epochsOfRung(spec, schedule, row.rung),
    ...(artifact && { from: { artifact: artifact.hash, bytes: artifact.bytes } }),
  };
  return { ...asked, rung };
}

/**
 * Has stopped candidates go on that are among the best of their rung by now, those of the highest rung first: asynchronous
 * successive halving (Li et al. 2020), with the best chosen by non-dominated rank. The campaign's lock is held.
 */
export async function promoteCandidates(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  atMost: number,
): Promise<AskedCandidate[]> {
  const { rungs } = spec;
  if (!rungs || atMost <= 0) return [];
  const promoted: AskedCandidate[] = [];
  for (let rung = rungs.epochs.length - 1; rung >= 0 && promoted.length < atMost; rung--) {
    for (const id of await goingOn(transaction, campaignId, rung, rungs.keep)) {
      if (promoted.length === atMost) break;
      const row = await transaction.candidate.update({
        where: { id },
        // Whoever had it before may not know yet that its result was taken, and must not give it again for this rung.
        data: { state: 'asked', rung: rung + 1, finishedAt: null, heldBy: `rung ${rung + 1}` },
        include: { artifact: true },
      });
      promoted.push(describeAsked(spec, row));
      await recordEvent(transaction, campaignId, 'candidate-went-on', { number: row.number, rung: rung + 1 }, id);
    }
  }
  return promoted;
}

/** The stopped ones among the best of a rung, the best first. */
async function goingOn(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  rung: number,
  keep: number,
): Promise<string[]> {
  const results = await transaction.rungResult.findMany({
    where: { rung, candidate: { campaignId } },
    include: { candidate: { select: { state: true, rung: true } } },
    orderBy: { candidate: { number: 'asc' } },
  });
  const best = bestByRank(
    results.map(({ accuracy, energy }) => [1 - accuracy, energy]),
    Math.floor(results.length * keep),
  );
  return best
    .map(({ index }) => results[index])
    .filter(({ candidate }) => candidate.state === 'stopped' && candidate.rung === rung)
    .map(({ candidateId }) => candidateId);
}
