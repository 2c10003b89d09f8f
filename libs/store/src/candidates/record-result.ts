import { type CampaignSpec, type Measurement, type ModelReference } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { BusyError, NotFoundError } from '../database/errors.js';
import { lockAvailableCampaigns, lockCampaign } from '../database/lock-campaigns.js';
import type { Prisma } from '../generated/client.js';
import { completeCandidates, type Completion } from './complete-candidates.js';
import { refuseOtherRun } from './refuse-other-run.js';

/** The run that reports a result, and the candidate whose result it reuses. */
export interface ResultOrigin {
  /** The workflow run; undefined for workflows from before there was fencing. */
  readonly run?: string | undefined;
  /** The candidate whose result is reused. */
  readonly reusedFrom?: string;
}

export interface CandidateResult extends ResultOrigin {
  readonly campaignId: string;
  readonly candidateId: string;
  readonly model: ModelReference;
  readonly measurement: Measurement;
}

/**
 * Records results of a campaign's candidates and updates its front, in one transaction. Repeated
 * calls change nothing: the first result of a rung stands.
 *
 * @returns for each result whether it was recorded, or why not: FencedError when another run has
 *   claimed the candidate, NotFoundError when the candidate, or the one whose result it reuses,
 *   does not exist
 */
export function recordResults(
  database: Database,
  campaignId: string,
  arrived: readonly CandidateResult[],
): Promise<PromiseSettledResult<void>[]> {
  return database.$transaction(async (transaction) =>
    record(transaction, new Map([[campaignId, await lockCampaign(transaction, campaignId)]]), arrived),
  );
}

/**
 * Records results of any campaigns, as `recordResults`, in one transaction that waits for no lock.
 * A result of a campaign that is locked, or does not exist, is answered by a BusyError.
 */
export function recordUnlockedResults(
  database: Database,
  arrived: readonly CandidateResult[],
): Promise<PromiseSettledResult<void>[]> {
  return database.$transaction(async (transaction) => {
    const campaignIds = arrived.map(({ campaignId }) => campaignId);
    return record(transaction, await lockAvailableCampaigns(transaction, campaignIds), arrived);
  });
}

/** @param specs of the campaigns whose locks are held */
async function record(
  transaction: Prisma.TransactionClient,
  specs: ReadonlyMap<string, CampaignSpec>,
  arrived: readonly CandidateResult[],
): Promise<PromiseSettledResult<void>[]> {
  const candidates = await byId(
    transaction,
    arrived.map(({ candidateId }) => candidateId),
  );
  // The files of a deleted campaign are removed: a result to reuse may be gone.
  const answering = await byId(
    transaction,
    arrived.flatMap(({ reusedFrom }) => reusedFrom ?? []),
  );
  const completions = new Map<string, Completion>();
  const outcomes = arrived.map((result): PromiseSettledResult<void> => {
    const { campaignId, candidateId, model, measurement, run, reusedFrom } = result;
    try {
      const spec = specs.get(campaignId);
      if (!spec) throw new BusyError(`campaign ${campaignId} is locked, or not there`);
      const candidate = candidates.get(candidateId);
      if (candidate?.campaignId !== campaignId) throw new NotFoundError('candidate', candidateId);
      const isOpen = candidate.state === 'pending' || candidate.state === 'running';
      if (!isOpen || completions.has(candidateId)) return TAKEN;
      refuseOtherRun(candidate, run);
      if (reusedFrom !== undefined && !answering.has(reusedFrom)) {
        throw new NotFoundError('candidate', reusedFrom, ': its campaign was deleted meanwhile');
      }
      completions.set(candidateId, { spec, candidate, model, measurement, reusedFrom });
      return TAKEN;
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  await completeCandidates(transaction, [...completions.values()]);
  return outcomes;
}

const TAKEN: PromiseSettledResult<void> = { status: 'fulfilled', value: undefined };

async function byId(transaction: Prisma.TransactionClient, ids: readonly string[]) {
  const rows = ids.length === 0 ? [] : await transaction.candidate.findMany({ where: { id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Records one result, as `recordResults`, and throws its error. */
export async function recordResult(
  database: Database,
  campaignId: string,
  candidateId: string,
  model: ModelReference,
  measurement: Measurement,
  origin: ResultOrigin = {},
): Promise<void> {
  const [outcome] = await recordResults(database, campaignId, [
    { campaignId, candidateId, model, measurement, ...origin },
  ]);
  if (outcome.status === 'rejected') throw outcome.reason;
}
