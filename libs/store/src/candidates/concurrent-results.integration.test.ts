import { FencedError } from '@espalier/contracts';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  listCandidates,
  NotFoundError,
  readFront,
  recordResult,
  recordResults,
  recordUnlockedResults,
  setCampaignState,
  claimCandidates,
  type CandidateResult,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const NOBODY = '00000000-0000-4000-8000-000000000000';
let campaigns = 0;
const newCampaign = (count: number, seed = campaigns + 1) =>
  campaignWith(database, `together-${++campaigns}`, count, { strategy: { name: 'random', seed } });
const arrived = (
  campaignId: string,
  candidateId: string,
  accuracy: number,
  weights: number,
  run?: string,
): CandidateResult => ({
  campaignId,
  candidateId,
  run,
  model: { artifact: artifact(Math.round(1e6 * accuracy)), bytes: 7 },
  measurement: measurement(accuracy, weights),
});

describe('results that are written together', () => {
  it('make the front, the hypervolumes and the log that they make one after the other', async () => {
    const result = fc.record({ accuracy: fc.integer({ min: 1, max: 9 }), weights: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(result, { minLength: 1, maxLength: 7 }), fc.nat(7), async (results, cut) => {
        const [together, apart, mixed, others] = [
          await newCampaign(results.length),
          await newCampaign(results.length),
          await newCampaign(results.length),
          await newCampaign(results.length),
        ];
        const of = ({ id, candidates }: typeof together) =>
          results.map(({ accuracy, weights }, i) =>
            arrived(id, candidates[i].candidateId, accuracy / 10, weights / 10),
          );
        await recordResults(database, together.id, of(together).slice(0, cut));
        await recordResults(database, together.id, of(together).slice(cut));
        const interleaved = of(mixed).flatMap((each, i) => [each, of(others)[i]]);
        await recordUnlockedResults(database, interleaved.slice(0, 2 * cut + 1));
        await recordUnlockedResults(database, interleaved.slice(2 * cut + 1));
        for (const { candidateId, model, measurement: measured } of of(apart)) {
          await recordResult(database, apart.id, candidateId, model, measured);
        }
        const written = async (id: string) => {
          const rows = await database.candidate.findMany({ where: { campaignId: id }, orderBy: { number: 'asc' } });
          const events = await database.event.findMany({ where: { campaignId: id }, orderBy: { id: 'asc' } });
          return {
            front: (await readFront(database, id)).points.map(({ number }) => number),
            version: (await database.front.findUniqueOrThrow({ where: { campaignId: id } })).version,
            rows: rows.map(({ state, accuracy, energy, weightsLeft, hypervolume, artifactHash }) => {
              return { state, accuracy, energy, weightsLeft, hypervolume, artifactHash };
            }),
            evaluations: await database.evaluation.count({ where: { candidate: { campaignId: id } } }),
            events: events.map(({ kind, detail }) => ({ kind, detail })),
          };
        };
        const one = await written(apart.id);
        for (const { id } of [together, mixed, others]) expect(await written(id)).toEqual(one);
      }),
      { numRuns: 12 },
    );
  });

  it('are refused one by one: a late run, nobody, and a second result leave the others as they are', async () => {
    const { id, candidates } = await newCampaign(3);
    const [first, second, third] = candidates.map(({ candidateId }) => candidateId);
    await database.candidate.update({ where: { id: second }, data: { claimedBy: 'another run', state: 'running' } });
    const outcomes = await recordResults(database, id, [
      arrived(id, first, 0.9, 0.5, 'a run'),
      arrived(id, second, 0.8, 0.4, 'a late run'),
      arrived(id, NOBODY, 0.8, 0.4, 'a run'),
      arrived(id, first, 0.1, 0.1, 'a run'),
      arrived(id, third, 0.7, 0.3, 'a run'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    const [late, nobody] = outcomes.filter((each) => each.status === 'rejected').map(({ reason }) => reason as unknown);
    expect(late).toBeInstanceOf(FencedError);
    expect(nobody).toBeInstanceOf(NotFoundError);
    const { items } = await listCandidates(database, id, { sort: 'number', order: 'asc', limit: 9 });
    expect(items.map(({ state, validationAccuracy }) => [state, validationAccuracy])).toEqual([
      ['completed', 0.9],
      ['running', null],
      ['completed', 0.7],
    ]);
  });
});

describe('candidates that are taken up together', () => {
  it('and do the same work are told that one of them is at it; one that nobody knows is said to be so', async () => {
    const { id, candidates } = await newCampaign(3);
    await setCampaignState(database, id, 'running', null);
    const taking = (candidateId: string) => ({ campaignId: id, candidateId, run: candidateId });
    const [first, second, third] = candidates.map(({ candidateId }) => taking(candidateId));
    const outcomes = await claimCandidates(database, [first, taking(NOBODY), second]);
    expect(outcomes[0]).toEqual({ status: 'fulfilled', value: 'to-do' });
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: new NotFoundError('candidate', NOBODY) });
    expect(outcomes[2]).toEqual({ status: 'fulfilled', value: 'running-elsewhere' });
    await recordResult(database, id, first.candidateId, { artifact: artifact(1), bytes: 7 }, measurement(0.9, 0.5), {
      run: first.candidateId,
    });
    // The work is done: both have its result.
    expect(await claimCandidates(database, [second, third, first])).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'fulfilled', value: 'finished' })),
    );
    const answered = await database.candidate.findMany({ where: { campaignId: id }, orderBy: { number: 'asc' } });
    expect(answered.map(({ reusedFrom }) => reusedFrom)).toEqual([null, first.candidateId, first.candidateId]);
  });

  it('may be of several campaigns: each has the result of the same work where its own campaign is', async () => {
    const done = await newCampaign(1);
    const others = [await newCampaign(1, campaigns), await newCampaign(1, campaigns - 1)];
    const [{ candidateId }] = done.candidates;
    await recordResult(database, done.id, candidateId, { artifact: artifact(2), bytes: 7 }, measurement(0.8, 0.4));
    const claims = others.map(({ id, candidates: [each] }) => ({ campaignId: id, candidateId: each.candidateId }));
    expect(await claimCandidates(database, claims)).toEqual(
      others.map(() => ({ status: 'fulfilled', value: 'finished' })),
    );
    for (const { id } of others) {
      expect((await readFront(database, id)).points.map(({ validationAccuracy }) => validationAccuracy)).toEqual([0.8]);
    }
  });

  it('are taken up although another campaign among them has something wrong', async () => {
    const done = await newCampaign(1);
    const [broken, sound] = [await newCampaign(1, campaigns), await newCampaign(1, campaigns - 1)];
    const [{ candidateId }] = done.candidates;
    await recordResult(database, done.id, candidateId, { artifact: artifact(3), bytes: 7 }, measurement(0.7, 0.4));
    await database.campaign.update({ where: { id: broken.id }, data: { spec: {} } });
    const outcomes = await claimCandidates(
      database,
      [broken, sound].map(({ id, candidates: [each] }) => ({ campaignId: id, candidateId: each.candidateId })),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
