import { describe, expect, it } from '@jest/globals';
import { artifact, ask, campaignWith, measurement } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  proposeCandidates,
  archiveCampaign,
  deleteCampaign,
  extendCampaign,
  findCampaign,
  findCandidate,
  listCampaigns,
  readFront,
  recordCheckpoint,
  recordFailure,
  recordResult,
  repriceCampaign,
  retryCandidates,
  setCampaignState,
  takeTraining,
  tellCandidates,
  unfinishedCandidates,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

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
    expect(await proposeCandidates(database, id, 100, ask)).toHaveLength(8);
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
    expect((await unfinishedCandidates(database, id)).map(({ candidateId }) => candidateId)).toEqual(ids.slice(0, 2));
    expect((await retryCandidates(database, id, all)).retried).toEqual([]);
    await recordResult(database, id, ids[0], { artifact: artifact(8), bytes: 1 }, measurement(0.99, 0.1));
    await tellCandidates(database, id, ids);
    const { observationOrder } = await database.candidate.findUniqueOrThrow({ where: { id: ids[0] } });
    expect(observationOrder).toBe(12);
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

  it('is archived: kept, and listed only when asked for', async () => {
    const { id } = await ended('put-away');
    await archiveCampaign(database, id);
    const first = (await findCampaign(database, id)).archivedAt;
    await archiveCampaign(database, id);
    expect((await findCampaign(database, id)).archivedAt).toBe(first);
    expect((await listCampaigns(database)).map(({ name }) => name)).not.toContain('put-away');
    expect((await listCampaigns(database, true)).map(({ name }) => name)).toContain('put-away');
  });

  it('is deleted with the files that nothing else refers to, and one that runs is not', async () => {
    const [one, two] = [await campaignWith(database, 'goes', 2), await campaignWith(database, 'stays', 1)];
    const own = { artifact: artifact(101), bytes: 10 };
    const shared = { artifact: artifact(102), bytes: 20 };
    await recordResult(database, one.id, one.candidates[0].candidateId, own, measurement(0.9, 0.5));
    await recordResult(database, one.id, one.candidates[1].candidateId, shared, measurement(0.9, 0.5));
    await recordResult(database, two.id, two.candidates[0].candidateId, shared, measurement(0.9, 0.5));
    const training = `candidate-${one.candidates[0].candidateId}`;
    const { term } = await takeTraining(database, training, 'w');
    await recordCheckpoint(database, training, 1, { term, artifact: artifact(103), bytes: 30 });

    await expect(deleteCampaign(database, one.id, { dryRun: false })).rejects.toThrow('before it is deleted');
    await setCampaignState(database, one.id, 'cancelled', null);
    const would = await deleteCampaign(database, one.id, { dryRun: true });
    expect(would).toMatchObject({ candidates: 2, files: 2, bytes: 40 });
    expect(await deleteCampaign(database, one.id, { dryRun: false })).toEqual({ ...would, dryRun: false });
    expect(would.artifacts.sort()).toEqual([artifact(101), artifact(103)]);
    await expect(findCampaign(database, one.id)).rejects.toThrow('there is no campaign');
    expect((await findCandidate(database, two.candidates[0].candidateId)).artifact).toBe(shared.artifact);
    expect(await database.artifact.count({ where: { hash: { in: would.artifacts } } })).toBe(0);
    expect(await database.training.count({ where: { name: training } })).toBe(0);
  });

  it('of which no candidate has a result has failed, of the commonest reason, and may be tried again or extended', async () => {
    const { id, candidates } = await campaignWith(database, 'none', 5);
    for (const [i, { candidateId }] of candidates.entries()) {
      await recordFailure(
        database,
        id,
        candidateId,
        i === 4 ? 'diverged' : 'failed',
        i === 4 ? { type: 'DivergedError', message: 'x' } : failure,
      );
    }
    await setCampaignState(database, id, 'completed', null);
    const campaign = await findCampaign(database, id);
    expect(campaign.state).toBe('failed');
    expect(campaign.failure).toEqual({
      type: 'NoResult',
      message:
        'none of 5 candidates has a result; 4 of them failed with OutOfMemoryError: there is no memory. When the cause is gone, try them again with campaign retry-failed',
    });
    await extendCampaign(database, id, { candidates: 20, dryRun: false });
    expect((await findCampaign(database, id)).state).toBe('running');
    await setCampaignState(database, id, 'completed', null);
    const { retried } = await retryCandidates(database, id, { dryRun: false });
    expect(retried).toHaveLength(4);
    expect(await findCampaign(database, id)).toMatchObject({ state: 'running', failure: null });
  });
});
