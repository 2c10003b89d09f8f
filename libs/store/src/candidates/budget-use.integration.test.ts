import type { CampaignSpecInput } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { artifact, ask, measurement, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  proposeCandidates,
  createCampaign,
  deviceHoursOf,
  listEvents,
  recordDeviceUse,
  recordFailure,
  recordResult,
  findExhaustedBudget,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const withBudget = async (name: string, budget: CampaignSpecInput['budget']) => {
  const limited = spec(name, { budget });
  const { id } = await createCampaign(database, limited, null);
  return { id, limited };
};
const done = (id: string, candidateId: string, accuracy: number): Promise<void> =>
  recordResult(database, id, candidateId, { artifact: artifact(1), bytes: 1 }, measurement(accuracy, 0.5));

describe('a budget', () => {
  it('of evaluations is never passed, also when many ask at once, and what failed gives its place back', async () => {
    const { id, limited } = await withBudget('evaluations', { energyEvaluations: 5 });
    const asked = (await Promise.all(Array.from({ length: 4 }, () => proposeCandidates(database, id, 3, ask)))).flat();
    expect(asked).toHaveLength(5);
    await recordFailure(database, id, asked[0].candidateId, 'failed', { type: 'X', message: 'x' });
    const more = await proposeCandidates(database, id, 3, ask);
    expect(more.map(({ number }) => number)).toEqual([5]);
    for (const { candidateId } of [...asked.slice(1), ...more]) await done(id, candidateId, 0.9);
    expect(await proposeCandidates(database, id, 3, ask)).toEqual([]);
    expect(await findExhaustedBudget(database, id, limited)).toMatchObject({ budget: 'energyEvaluations', used: 5 });
  });

  it('of candidates ends a campaign without a word, the others say so in its log, once', async () => {
    const { id, limited } = await withBudget('hours', { candidates: 2, wallClockHours: 1e-9 });
    expect(await proposeCandidates(database, id, 3, ask)).toEqual([]);
    expect(await proposeCandidates(database, id, 3, ask)).toEqual([]);
    expect(await findExhaustedBudget(database, id, limited)).toMatchObject({ budget: 'wallClockHours', of: 1e-9 });
    expect(await listEvents(database, id, 10, 'budget-exhausted')).toHaveLength(1);
    expect(await listEvents(database, id, 10, 'candidate-failed')).toHaveLength(0);
  });

  it('of candidates is not used up by a finite space, whose end is in the log, once', async () => {
    const { id } = await withBudget('finite', { candidates: 12 });
    const { ask: repeating } = await ask();
    const twoSchedules = () =>
      Promise.resolve({ ask: (number: number) => (number < 2 ? repeating() : { exhaustedSchedules: 2 }) });
    expect(await proposeCandidates(database, id, 3, twoSchedules)).toHaveLength(2);
    expect(await proposeCandidates(database, id, 3, twoSchedules)).toEqual([]);
    const events = await listEvents(database, id, 10, 'space-exhausted');
    expect(events.map(({ detail }) => detail)).toEqual([{ schedules: 2 }]);
  });

  it('of hours of devices counts each attempt once, with the longest that was said of it', async () => {
    const { id, limited } = await withBudget('device-hours', { deviceHours: 1 });
    const [{ candidateId }] = await proposeCandidates(database, id, 1, ask);
    const use = (attempt: string, seconds: number, workflowId = `candidate-${candidateId}`): Promise<void> =>
      recordDeviceUse(database, attempt, { workflowId, worker: 'w', seconds });
    await Promise.all([use('run.1.1', 600), use('run.1.1', 900), use('run.1.1', 300), use('run.1.2', 900)]);
    expect(await deviceHoursOf(database, id)).toBeCloseTo(0.5);
    expect(await findExhaustedBudget(database, id, limited)).toBeNull();
    await use('run.2.1', 1800, `campaign-${id}`);
    expect(await findExhaustedBudget(database, id, limited)).toMatchObject({ budget: 'deviceHours', used: 1 });
    await expect(use('run.3.1', 1, 'candidate-00000000-0000-4000-8000-000000000000')).rejects.toThrow('there is no');
  });

  it('ends a campaign whose hypervolume has stopped rising', async () => {
    const { id, limited } = await withBudget('stalled', { hypervolume: { risesLessThan: 0.01, over: 3 } });
    const results = [0.5, 0.7, 0.9, 0.9, 0.9, 0.9];
    const asked = await proposeCandidates(database, id, results.length, ask);
    const spentAfter: boolean[] = [];
    for (const [i, accuracy] of results.entries()) {
      await done(id, asked[i].candidateId, accuracy);
      spentAfter.push((await findExhaustedBudget(database, id, limited)) !== null);
    }
    expect(spentAfter).toEqual([false, false, false, false, false, true]);
  });
});
