import { startTestPostgres } from '@espalier/embedded/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifact, ask, campaignWith, measurement } from './campaigns-for-tests.js';
import {
  addCandidates,
  extendCampaign,
  findCampaign,
  openDatabase,
  readFront,
  recordFailure,
  recordResult,
  repriceCampaign,
  retryCandidates,
  setCampaignState,
  tellCandidates,
  unsettledCandidates,
  type Database,
} from './index.js';

let database: Database;
let stop: () => Promise<void>;
beforeAll(async () => {
  const postgres = await startTestPostgres();
  database = openDatabase(postgres.url);
  stop = postgres.stop;
});
afterAll(async () => {
  await database.$disconnect();
  await stop();
});

describe('a campaign that has ended', () => {
  const failure = { type: 'OutOfMemoryError', message: 'there is no memory' };
  async function ended(name: string) {
    const { id, candidates } = await campaignWith(database, name, 12);
    const ids = candidates.map(({ candidateId }) => candidateId);
    for (const [i, candidateId] of ids.entries()) {
      if (i < 2) await recordFailure(database, id, candidateId, 'failed', failure);
      else if (i === 2)
        await recordFailure(database, id, candidateId, 'diverged', { type: 'DivergedError', message: 'x' });
      else
        await recordResult(
          database,
          id,
          candidateId,
          { artifact: artifact(7), bytes: 1 },
          measurement(0.9 - i / 100, 1 - i / 20),
        );
    }
    await tellCandidates(database, id, ids);
    await setCampaignState(database, id, 'completed', null);
    return { id, ids };
  }

  it('goes on with a larger budget, once however many ask for it at once, and a smaller one is refused', async () => {
    const { id } = await ended('extended');
    const twenty = { candidates: 20, dryRun: false };
    expect(await extendCampaign(database, id, { ...twenty, dryRun: true })).toMatchObject({
      budgetBefore: { candidates: 12 },
      budget: { candidates: 20 },
    });
    expect((await findCampaign(database, id)).state).toBe('completed');
    const answers = await Promise.all(Array.from({ length: 4 }, () => extendCampaign(database, id, twenty)));
    expect(answers.filter(({ budgetBefore }) => budgetBefore.candidates === 12)).toHaveLength(1);
    const { state, spec: extended, finishedAt } = await findCampaign(database, id);
    expect([state, extended.budget.candidates, finishedAt]).toEqual(['running', 20, null]);
    expect(await addCandidates(database, id, 100, ask)).toHaveLength(8);
    await expect(extendCampaign(database, id, { candidates: 5, dryRun: false })).rejects.toThrow(
      'has a budget of 20 candidates; give more',
    );
    await expect(extendCampaign(database, id, { candidates: 30, dryRun: false })).rejects.toThrow(
      'is running: it cannot be extended; wait until it has ended',
    );
  });

  it('has those that failed tried again, and the strategy told of them anew', async () => {
    const { id, ids } = await ended('retried');
    const all = { dryRun: false };
    expect((await retryCandidates(database, id, { errorType: 'DivergedError', dryRun: true })).retried).toMatchObject([
      { id: ids[2], state: 'diverged' },
    ]);
    expect((await retryCandidates(database, id, all)).retried.map((each) => each.id)).toEqual(ids.slice(0, 2));
    expect((await unsettledCandidates(database, id)).map(({ candidateId }) => candidateId)).toEqual(ids.slice(0, 2));
    expect((await retryCandidates(database, id, all)).retried).toEqual([]);
    await recordResult(database, id, ids[0], { artifact: artifact(8), bytes: 1 }, measurement(0.99, 0.1));
    await tellCandidates(database, id, ids);
    const { toldOrder } = await database.candidate.findUniqueOrThrow({ where: { id: ids[0] } });
    expect(toldOrder).toBe(12);
    await expect(retryCandidates(database, id, { candidates: [ids[5]], dryRun: false })).rejects.toThrow(
      'is completed: it has a result',
    );
  });

  it('that was cancelled stays so', async () => {
    const { id } = await campaignWith(database, 'stays-cancelled', 1);
    await setCampaignState(database, id, 'cancelled', null);
    await expect(extendCampaign(database, id, { candidates: 30, dryRun: false })).rejects.toThrow(
      "campaign 'stays-cancelled' is cancelled: it cannot be extended; launch another one",
    );
  });

  it('makes the same front when it is priced on its own chip again, and other energies on another', async () => {
    const { id } = await ended('repriced');
    const stored = await readFront(database, id);
    const own = await repriceCampaign(database, id, { accelerator: 'eyeriss' });
    expect(own).toEqual(stored);
    const other = await repriceCampaign(database, id, { accelerator: 'edge-tpu', batch: 16 });
    expect(other.points.length).toBeGreaterThan(0);
    expect(other.points.map(({ energy }) => energy)).not.toEqual(own.points.map(({ energy }) => energy));
  });
});
