import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement, schedule } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  requestReplicates,
  campaignsToReevaluate,
  deleteCampaign,
  dropReplicates,
  listEvents,
  readReevaluation,
  recordReplicate,
  recordResult,
  pendingReplicates,
  setCampaignState,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

/** A campaign that has ended, of whose three candidates two are on the front. */
async function ended(name: string): Promise<{ id: string; members: string[] }> {
  const { id, candidates } = await campaignWith(database, name, 3);
  const results = [measurement(0.9, 0.1), measurement(0.95, 0.5), measurement(0.8, 0.5)];
  for (const [i, { candidateId }] of candidates.entries()) {
    await recordResult(database, id, candidateId, { artifact: artifact(i), bytes: 10 }, results[i]);
  }
  await setCampaignState(database, id, 'completed', null);
  return { id, members: candidates.slice(0, 2).map(({ candidateId }) => candidateId) };
}
const outcome = (accuracy: number) => ({
  validation: measurement(accuracy, 0.1),
  test: measurement(accuracy - 0.01, 0.1, 'test'),
});

describe('a reevaluation', () => {
  it('is of the front alone, once for each seed however often it is asked for, and says first what it would do', async () => {
    const { id, members } = await ended('twice-asked');
    expect(await requestReplicates(database, id, { seeds: 2, dryRun: true })).toMatchObject({ pending: 4, done: 0 });
    expect(await pendingReplicates(database, id, 10)).toEqual([]);

    await Promise.all([1, 2].map(() => requestReplicates(database, id, { seeds: 2, dryRun: false })));
    const pending = await pendingReplicates(database, id, 10);
    expect(pending.map(({ candidateId, replicate }) => [replicate, candidateId])).toEqual([
      [1, members[0]],
      [1, members[1]],
      [2, members[0]],
      [2, members[1]],
    ]);
    expect(pending[0].schedule).toEqual(schedule);
    expect(await requestReplicates(database, id, { seeds: 3, dryRun: true })).toMatchObject({ pending: 6 });
    expect(await campaignsToReevaluate(database)).toEqual([id]);
    await dropReplicates(database, id);
  });

  it('gives the mean of what the other seeds came to, and an interval from two on; the first end of each stands', async () => {
    const { id, members } = await ended('with-results');
    await requestReplicates(database, id, { seeds: 2, dryRun: false });
    for (const [i, accuracy] of [0.88, 0.9].entries()) {
      await recordReplicate(database, id, { candidateId: members[0], replicate: i + 1 }, outcome(accuracy));
    }
    await recordReplicate(database, id, { candidateId: members[0], replicate: 1 }, outcome(0.1));
    await recordReplicate(
      database,
      id,
      { candidateId: members[1], replicate: 1 },
      { failure: { type: 'DivergedError', message: 'the loss is NaN' } },
    );
    const { done, failed, pending, members: found } = await readReevaluation(database, id);
    expect({ done, failed, pending }).toEqual({ done: 3, failed: 1, pending: 1 });
    expect(found.map(({ number, validationAccuracy, seeds }) => [number, validationAccuracy, seeds])).toEqual([
      [0, 0.9, 2],
      [1, 0.95, 0],
    ]);
    expect(found[0].again?.validationAccuracy.mean).toBeCloseTo(0.89, 12);
    expect(found[0].again?.testAccuracy.mean).toBeCloseTo(0.88, 12);
    expect(found[0].again?.validationAccuracy.interval?.[0]).toBeLessThan(0.88);
    expect(found[1].again).toBeNull();
  });

  it('is given up with what is left of it; what has an end stays, and a late end is not written', async () => {
    const { id, members } = await ended('given-up');
    await requestReplicates(database, id, { seeds: 2, dryRun: false });
    await expect(deleteCampaign(database, id, { dryRun: false })).rejects.toThrow('is being evaluated again');
    await recordReplicate(database, id, { candidateId: members[0], replicate: 1 }, outcome(0.9));
    await dropReplicates(database, id);
    await recordReplicate(database, id, { candidateId: members[1], replicate: 1 }, outcome(0.9));
    expect(await readReevaluation(database, id)).toMatchObject({ done: 1, failed: 0, pending: 0 });
    expect((await listEvents(database, id, 3)).map(({ kind }) => kind)).toEqual([
      'reevaluation-stopped',
      'replicate-completed',
      'reevaluation-requested',
    ]);
    await deleteCampaign(database, id, { dryRun: false });
  });

  it('is refused while the front may change, and where there is none', async () => {
    const { id } = await campaignWith(database, 'not-ended', 1);
    await expect(requestReplicates(database, id, { seeds: 1, dryRun: false })).rejects.toThrow(
      'wait until it has ended',
    );
    await setCampaignState(database, id, 'cancelled', null);
    await expect(requestReplicates(database, id, { seeds: 1, dryRun: false })).rejects.toThrow('has no front');
  });
});
