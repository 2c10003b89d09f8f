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
 * Has stopped candidates go on that are among the best of their rung by now, those of the highest
 * rung first: asynchronous successive halving (Li et al. 2020), with the best chosen by
 * non-dominated rank. The campaign's lock is held.
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
 * What a strategy expects of schedules trained to their end, and of the best that it could ask for
 * instead.
 */
export type ExpectImprovement = (
  schedules: readonly PruningSchedule[],
  pending: readonly PruningSchedule[],
) => { readonly each: readonly number[]; readonly anew: number } | undefined;

/** Of a rung, so many of the best are looked at: of the others nothing is expected. */
const MOST_LOOKED_AT = 100;

/**
 * Has stopped candidates go on of which their campaign's strategy expects more, for the training
 * that is left of them, than of anything new. Where a rung foretells little, few are held back by
 * it: what they come to is worth more than another start. The campaign's lock is held.
 *
 * @param pending schedules that are under way; those of candidates that go on are added to them
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
    const worth = stopped.map(({ schedule, rung }, i) => expected.each[i] / remainingTraining(spec, schedule, rung));
    const most = Math.max(...worth);
    if (!(most > 0 && most >= expected.anew)) break;
    const [goesOn] = stopped.splice(worth.indexOf(most), 1);
    promoted.push(await promote(transaction, campaignId, spec, goesOn, 'expectation'));
    pending.push(goesOn.schedule);
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
    // Whoever had it before may not know yet that its result was taken, and must not give it again
    // for this rung.
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

/** The stopped ones among the best of a rung, the best first. */
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
