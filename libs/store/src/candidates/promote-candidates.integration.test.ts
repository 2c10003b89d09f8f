import { FencedError } from '@espalier/contracts';
import type { CampaignSpecInput, ProposedCandidate } from '@espalier/contracts';
import { front } from '@espalier/pareto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  claimCandidate,
  createCampaign,
  findExhaustedBudget,
  listCandidates,
  listEvents,
  proposeCandidates,
  readFront,
  recordFailure,
  recordResult,
  tellCandidates,
  type Database,
  type Observation,
  type ProposalStrategy,
} from '../index.js';
import { artifact, measurement, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import type { ExpectImprovement } from './promote-candidates.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const withRungs = async (name: string, change: Partial<CampaignSpecInput> = {}) => {
  const space = { density: { conv2: [0.05, 1] as [number, number] }, fineTune: { epochs: [6, 6] as [number, number] } };
  const campaign = spec(name, { space, rungs: { epochs: [0, 2] }, ...change });
  return { id: (await createCampaign(database, campaign, null)).id, campaign };
};
let next = 0;
const asking: ProposalStrategy = {
  ask: () => ({
    schedule: { criterion: 'magnitude', density: { conv2: 0.9 - 0.001 * next++ }, fineTune: { epochs: 6 } },
    lineage: { origin: 'random', parents: [] },
  }),
};
const askingWith = (expecting: ExpectImprovement): ProposalStrategy => ({
  ...asking,
  expect: (_, schedules, pending) => expecting(schedules, pending),
});
const askFor = (id: string, atMost: number, onTold: (told: Observation[]) => void = () => undefined) =>
  proposeCandidates(database, id, atMost, async (log) => {
    onTold(await log.after(-1));
    return asking;
  });
const done = async (
  id: string,
  { candidateId }: ProposedCandidate,
  accuracy: number,
  weights: number,
): Promise<void> => {
  const model = { artifact: artifact(++next), bytes: 1 };
  await recordResult(database, id, candidateId, model, measurement(accuracy, weights));
  await tellCandidates(database, id, [candidateId]);
};
const all = async (id: string) =>
  (await listCandidates(database, id, { sort: 'number', order: 'asc', limit: 50 })).items;

describe('a campaign with rungs', () => {
  it('has candidates begin in the first, and only the best third go on, from the model that they have', async () => {
    const { id } = await withRungs('climbing');
    const first = await askFor(id, 3);
    expect(first.map(({ rung }) => rung)).toEqual([{ until: 0 }, { until: 0 }, { until: 0 }]);
    await done(id, first[0], 0.5, 0.5);
    await done(id, first[1], 0.4, 0.6);
    // One of two is not a third.
    expect((await askFor(id, 1)).map(({ number }) => number)).toEqual([3]);
    await done(id, first[2], 0.3, 0.7);
    expect((await all(id)).map(({ state, rung }) => [state, rung])).toEqual([
      ['stopped', 0],
      ['stopped', 0],
      ['stopped', 0],
      ['pending', 0],
    ]);
    const model = (await all(id))[0].artifact;
    const [again] = await askFor(id, 1);
    expect(again).toMatchObject({ number: 0, rung: { until: 2, from: { artifact: model } } });
    expect((await askFor(id, 1)).map(({ number }) => number)).toEqual([4]);
  });

  it('has those go on too of which its strategy expects more, for the training that is left, than of anything new', async () => {
    const { id } = await withRungs('expected');
    const first = await askFor(id, 4);
    for (const [i, each] of first.entries()) await done(id, each, 0.8 - 0.1 * i, 0.4 + 0.1 * i);
    const expectedOf = new Map([
      [1, 1],
      [2, 5],
      [3, 6.5],
    ]);
    const seen: { schedules: number; pending: number }[] = [];
    const expecting = askingWith((schedules, pending) => {
      seen.push({ schedules: schedules.length, pending: pending.length });
      // Of six epochs and pruning all but the pruning is left: what is expected counts 7 / 6 times.
      const each = schedules.map((schedule) => {
        const { number = -1 } = first.find((one) => isDeepStrictEqual(one.schedule, schedule)) ?? {};
        return expectedOf.get(number) ?? 0;
      });
      return { ofStopped: each, ofNew: 5.8 };
    });
    const asked = await proposeCandidates(database, id, 4, () => Promise.resolve(expecting));
    // The best by rank first; then what is expected more of; then, in place of the others, one that
    // is new.
    expect(asked.map(({ number, rung }) => [number, rung?.until])).toEqual([
      [0, 2],
      [3, 2],
      [2, 2],
      [4, 0],
    ]);
    // What goes on is under way for those after it.
    expect(seen).toEqual([
      { schedules: 3, pending: 1 },
      { schedules: 2, pending: 2 },
      { schedules: 1, pending: 3 },
    ]);
    const events = await listEvents(database, id, 100);
    const wentOn = events
      .toReversed()
      .filter(({ kind }) => kind === 'candidate-promoted')
      .map(({ detail }) => detail);
    expect(wentOn).toEqual([
      { number: 0, rung: 1, by: 'rank' },
      { number: 3, rung: 1, by: 'expectation' },
      { number: 2, rung: 1, by: 'expectation' },
    ]);
  });

  it('has none go on by expectation when nothing is expected of any, or nothing new may be asked for', async () => {
    const { id } = await withRungs('nothing-expected', { budget: { candidates: 3 } });
    for (const each of await askFor(id, 2)) await done(id, each, 0.5, 0.5);
    const nothing = askingWith((schedules) => ({ ofStopped: schedules.map(() => -1), ofNew: -2 }));
    expect(
      (await proposeCandidates(database, id, 1, () => Promise.resolve(nothing))).map(({ number }) => number),
    ).toEqual([2]);
    const everything = askingWith((schedules) => ({ ofStopped: schedules.map(() => 1), ofNew: 0 }));
    expect(await proposeCandidates(database, id, 1, () => Promise.resolve(everything))).toEqual([]);
  });

  it('trains what goes on to its end, and tells its strategy of each result', async () => {
    const { id } = await withRungs('to-the-end', { rungs: { epochs: [1], keep: 0.5 }, budget: { candidates: 2 } });
    const asked = await askFor(id, 9);
    await done(id, asked[0], 0.5, 0.5);
    await done(id, asked[1], 0.4, 0.6);
    const told: unknown[] = [];
    const [last] = await askFor(id, 9);
    expect(last.rung?.until).toBe(6);
    await done(id, last, 0.9, 0.5);
    await database.campaign.update({
      where: { id },
      data: { spec: spec('to-the-end', { budget: { candidates: 3 } }) },
    });
    await askFor(id, 1, (results) => told.push(...results.map(({ number, result }) => [number, result?.accuracy])));
    expect(told).toEqual([
      [1, 0.4],
      [0, 0.9],
    ]);
    expect((await all(id)).map(({ state }) => state)).toEqual(['completed', 'stopped', 'pending']);
  });

  it('keeps the front that its results make, also when one is worse after more training', async () => {
    const { id } = await withRungs('worse', { rungs: { epochs: [1], keep: 0.9 }, budget: { candidates: 3 } });
    const asked = await askFor(id, 3);
    await done(id, asked[0], 0.9, 0.4);
    await done(id, asked[1], 0.8, 0.5);
    await done(id, asked[2], 0.7, 0.3);
    const onFront = async (): Promise<number[]> => (await readFront(database, id)).points.map(({ number }) => number);
    expect(await onFront()).toEqual([2, 0]);
    const [best] = await askFor(id, 1);
    expect([best.number, await onFront()]).toEqual([0, [2, 0]]);
    await done(id, best, 0.5, 0.4);
    const items = await all(id);
    const anew = front(items, ({ energy, validationAccuracy }) => [energy ?? NaN, -(validationAccuracy ?? NaN)]);
    expect(await onFront()).toEqual(anew.sort((a, b) => (a.energy ?? 0) - (b.energy ?? 0)).map(({ number }) => number));
    expect(await onFront()).toEqual([2, 1]);
  });

  it('lets a candidate that fails on its way up keep the result that it had', async () => {
    const { id } = await withRungs('failing', { rungs: { epochs: [1], keep: 0.9 }, budget: { candidates: 2 } });
    const asked = await askFor(id, 2);
    for (const each of asked) await done(id, each, 0.9, 0.4);
    const [again] = await askFor(id, 1);
    await recordFailure(database, id, again.candidateId, 'diverged', { type: 'DivergedError', message: 'NaN' });
    const failed = (await all(id))[again.number];
    expect(failed).toMatchObject({ state: 'diverged', validationAccuracy: 0.9 });
    expect((await readFront(database, id)).points).toHaveLength(1);
  });

  it('takes the result of a rung once, also from a run that gives it again when the candidate has gone on', async () => {
    const { id } = await withRungs('given-again', { rungs: { epochs: [1], keep: 0.9 }, budget: { candidates: 2 } });
    const [first, second] = await askFor(id, 2);
    const model = { artifact: artifact(++next), bytes: 1 };
    const give = (): Promise<void> =>
      recordResult(database, id, first.candidateId, model, measurement(0.9, 0.4), { run: 'first run' });
    await claimCandidate(database, id, first.candidateId, 'first run');
    await give();
    await give();
    await done(id, second, 0.8, 0.5);
    expect((await askFor(id, 1)).map(({ candidateId }) => candidateId)).toEqual([first.candidateId]);
    await expect(give()).rejects.toThrow(FencedError);
    expect((await all(id))[0]).toMatchObject({ state: 'pending', rung: 1 });
  });

  it('counts each evaluation of its budget', async () => {
    const { id, campaign } = await withRungs('counted', {
      rungs: { epochs: [1], keep: 0.5 },
      budget: { energyEvaluations: 3 },
    });
    const asked = await askFor(id, 2);
    for (const each of asked) await done(id, each, 0.9, 0.4);
    expect(await askFor(id, 9)).toHaveLength(1);
    expect(await askFor(id, 9)).toHaveLength(0);
    expect(await findExhaustedBudget(database, id, campaign)).toMatchObject({ used: 3 });
  });
});
