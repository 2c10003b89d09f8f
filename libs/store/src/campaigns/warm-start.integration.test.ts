import { front } from '@espalier/pareto';
import { describe, expect, it } from '@jest/globals';
import { artifact, ask, campaignWith, measurement, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  proposeCandidates,
  createCampaign,
  findCampaign,
  findCandidate,
  listCandidates,
  listEvents,
  readFront,
  recordFailure,
  recordResult,
  type Database,
  type Observation,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const all = (id: string) => listCandidates(database, id, { sort: 'number', order: 'asc', limit: 50 });

/** Five candidates of other densities, the last of which failed. */
async function source(name: string) {
  const densities = [0.2, 0.4, 0.4, 0.9, 0.5];
  let next = 0;
  const { id } = await createCampaign(database, spec(name), null);
  const asked = await proposeCandidates(database, id, densities.length, () =>
    Promise.resolve({
      ask: () => ({
        schedule: { criterion: 'magnitude', density: { conv2: densities[next++] }, fineTune: { epochs: 1 } },
        lineage: { origin: 'random', parents: [] },
      }),
    }),
  );
  for (const [i, { candidateId }] of asked.entries()) {
    if (i === 4) await recordFailure(database, id, candidateId, 'failed', { type: 'X', message: 'x' });
    else {
      const model = { artifact: artifact(i + 1), bytes: 1 };
      await recordResult(database, id, candidateId, model, measurement(0.8 + i / 50, densities[i]));
    }
  }
  return { id, asked };
}

describe('a campaign that begins with the results of another', () => {
  it('has them priced on its own chip, each schedule once, with a front, and its strategy is told of them', async () => {
    const { asked } = await source('source');
    const { id } = await createCampaign(
      database,
      spec('begun', { warmStart: ['source'], accelerator: 'edge-tpu', budget: { candidates: 2 } }),
      null,
    );
    const { items } = await all(id);
    expect(items.map(({ reusedFrom }) => reusedFrom)).toEqual([0, 1, 3].map((i) => asked[i].candidateId));
    expect(items.every(({ state, lineage }) => state === 'completed' && lineage.origin === 'imported')).toBe(true);
    expect(items[0].energy).not.toBe((await findCandidate(database, asked[0].candidateId)).energy);
    const expected = front(items, ({ energy, validationAccuracy }) => [energy ?? NaN, -(validationAccuracy ?? NaN)]);
    expect((await readFront(database, id)).points.map((point) => point.id)).toEqual(expected.map((each) => each.id));

    let told: Observation[] = [];
    const added = await proposeCandidates(database, id, 9, async (log) => {
      told = await log.after(-1);
      return ask();
    });
    expect(told.map(({ number, result }) => [number, result?.accuracy])).toEqual(
      [0, 1, 3].map((i, number) => [number, 0.8 + i / 50]),
    );
    expect(added.map(({ number }) => number)).toEqual([3, 4]);
    const [event] = (await listEvents(database, id, 10)).filter(({ kind }) => kind === 'results-imported');
    expect(event.detail).toEqual({ from: 'source', taken: 3, leftOut: 1 });
  });

  it('leaves out what its space has no place for', async () => {
    await source('wide');
    const { id } = await createCampaign(
      database,
      spec('narrow', { warmStart: ['wide'], space: { density: { conv2: [0.3, 0.6] } } }),
      null,
    );
    expect((await all(id)).items.map(({ schedule }) => schedule.density.conv2)).toEqual([0.4]);
  });

  it('is refused, and nothing of it written, when the other is not there or of something else', async () => {
    await campaignWith(database, 'fashion', 1, { data: 'fashion-mnist' });
    for (const [name, message] of [
      ['nobody', "there is no campaign 'nobody'"],
      ['fashion', "campaign 'fashion' is of another network"],
    ]) {
      const wrong = createCampaign(database, spec('refused', { warmStart: [name] }), null);
      await expect(wrong).rejects.toThrow(message);
      await expect(findCampaign(database, 'refused')).rejects.toThrow('there is no campaign');
    }
  });
});
