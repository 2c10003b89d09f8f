import { costOf, remainingTraining } from '@espalier/campaign-policy';
import {
  PruningScheduleSchema,
  type CampaignSpec,
  type ProposedCandidate,
  type PruningSchedule,
} from '@espalier/contracts';
import { bestByRank } from '@espalier/pareto';
import { recordEvent } from '../events/events.js';
import type { Prisma } from '../generated/client.js';
import { describeProposedCandidate } from './describe-proposed-candidate.js';

/**
 * Promotes stopped candidates that are among the best of their rung, from the highest rung down:
 * asynchronous successive halving (Li et al. 2020), with the best chosen by non-dominated rank. The
 * campaign's lock is held.
 */
export async function promoteByRank(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  atMost: number,
): Promise<ProposedCandidate[]> {
  const { rungs } = spec;
  if (!rungs || atMost <= 0) return [];
  const promoted: ProposedCandidate[] = [];
  for (let rung = rungs.epochs.length - 1; rung >= 0 && promoted.length < atMost; rung--) {
    const best = await stoppedAmongBest(transaction, campaignId, spec, rung, (all) => Math.floor(all * rungs.keep));
    for (const { id } of best.slice(0, atMost - promoted.length)) {
      promoted.push(await promote(transaction, campaignId, spec, { id, rung }, 'rank'));
    }
  }
  return promoted;
}

/**
 * Expected improvement of schedules that are trained to their end, and of the best new proposal.
 */
export type ExpectImprovement = (
  schedules: readonly PruningSchedule[],
  pending: readonly PruningSchedule[],
) => { readonly ofStopped: readonly number[]; readonly ofNew: number } | undefined;

/** Only the best of a rung are considered for promotion. */
const MOST_LOOKED_AT = 100;

/**
 * Promotes stopped candidates whose expected improvement, per unit of remaining training, exceeds
 * that of a new candidate. Where a rung predicts little, few candidates stay behind. The campaign's
 * lock is held.
 *
 * @param pending schedules that are pending or running; promoted ones are added
 */
export async function promoteByExpectedImprovement(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  expecting: ExpectImprovement,
  pending: PruningSchedule[],
  atMost: number,
): Promise<ProposedCandidate[]> {
  const stopped: (Stopped & { schedule: PruningSchedule })[] = [];
  for (const rung of spec.rungs?.epochs.keys() ?? []) {
    const best = await stoppedAmongBest(transaction, campaignId, spec, rung, (all) => Math.min(all, MOST_LOOKED_AT));
    stopped.push(...best.map((each) => ({ ...each, schedule: PruningScheduleSchema.parse(each.schedule) })));
  }
  const promoted: ProposedCandidate[] = [];
  while (promoted.length < atMost && stopped.length > 0) {
    const expected = expecting(
      stopped.map(({ schedule }) => schedule),
      pending,
    );
    if (!expected) break;
    const improvementPerTraining = stopped.map(
      ({ schedule, rung }, i) => expected.ofStopped[i] / remainingTraining(spec, schedule, rung),
    );
    const most = Math.max(...improvementPerTraining);
    if (!(most > 0 && most >= expected.ofNew)) break;
    const [promotedNow] = stopped.splice(improvementPerTraining.indexOf(most), 1);
    promoted.push(await promote(transaction, campaignId, spec, promotedNow, 'expectation'));
    pending.push(promotedNow.schedule);
  }
  return promoted;
}

async function promote(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  spec: CampaignSpec,
  { id, rung }: Pick<Stopped, 'id' | 'rung'>,
  by: 'rank' | 'expectation',
): Promise<ProposedCandidate> {
  const row = await transaction.candidate.update({
    where: { id },
    // The earlier run may not know that its result was recorded, and must not record it for this
    // rung.
    data: { state: 'pending', rung: rung + 1, finishedAt: null, claimedBy: `rung ${rung + 1}` },
    include: { artifact: true },
  });
  await recordEvent(transaction, campaignId, 'candidate-promoted', { number: row.number, rung: rung + 1, by }, id);
  return describeProposedCandidate(spec, row);
}

interface Stopped {
  readonly id: string;
  readonly rung: number;
  readonly schedule: unknown;
}

/** Stopped candidates among the best of a rung, the best first. */
async function stoppedAmongBest(
  transaction: Prisma.TransactionClient,
  campaignId: string,
  { objectives: [, cost] }: CampaignSpec,
  rung: number,
  howMany: (results: number) => number,
): Promise<Stopped[]> {
  const results = await transaction.rungResult.findMany({
    where: { rung, candidate: { campaignId } },
    include: { candidate: { select: { state: true, rung: true, schedule: true } } },
    orderBy: { candidate: { number: 'asc' } },
  });
  const best = bestByRank(
    results.map((result) => [1 - result.accuracy, costOf(result, cost)]),
    howMany(results.length),
  );
  return best
    .map(({ index }) => results[index])
    .filter(({ candidate }) => candidate.state === 'stopped' && candidate.rung === rung)
    .map(({ candidateId, candidate: { schedule } }) => ({ id: candidateId, rung, schedule }));
}
