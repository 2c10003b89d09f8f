import type { CampaignSpecInput, PruningSchedule } from '@espalier/contracts';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement, schedule, spec } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  findCandidate,
  recordFailure,
  recordResult,
  setCampaignState,
  claimCandidate,
  type Database,
} from '../index.js';
import { deduplicationKey } from '@espalier/campaign-policy';

let database: Database;
withTestDatabase((opened) => (database = opened));

/**
 * One candidate of a running campaign. Each test has a seed of its own, so that none answers for
 * another.
 */
async function oneOf(name: string, seed: number, change: Partial<CampaignSpecInput> = {}) {
  const { id, candidates } = await campaignWith(database, name, 1, { strategy: { name: 'random', seed }, ...change });
  await setCampaignState(database, id, 'running', null);
  return { id, candidateId: candidates[0].candidateId };
}
const model = { artifact: artifact(5), bytes: 7 };

describe('a candidate whose work has been done before', () => {
  it('has its result from the store, priced on its own chip, and says whose it was', async () => {
    const first = await oneOf('first-of-two', 1);
    expect(await claimCandidate(database, first.id, first.candidateId, 'a')).toBe('to-do');
    await recordResult(database, first.id, first.candidateId, model, measurement(0.9, 0.5), { run: 'a' });

    const second = await oneOf('second-of-two', 1, { accelerator: 'eyeriss-v2' });
    expect(await claimCandidate(database, second.id, second.candidateId, 'b')).toBe('finished');
    const answered = await findCandidate(database, second.candidateId);
    expect(answered).toMatchObject({
      state: 'completed',
      validationAccuracy: 0.9,
      artifact: artifact(5),
      reusedFrom: first.candidateId,
      onFront: true,
    });
    expect(answered.energy).not.toBe((await findCandidate(database, first.candidateId)).energy);
  });

  it('is not given a result whose campaign was deleted meanwhile: its files may be gone', async () => {
    const { id, candidateId } = await oneOf('answered-too-late', 11);
    await claimCandidate(database, id, candidateId, 'a');
    const reusedFrom = '00000000-0000-4000-8000-000000000000';
    const late = recordResult(database, id, candidateId, model, measurement(0.9, 0.5), { run: 'a', reusedFrom });
    await expect(late).rejects.toThrow('its campaign was deleted meanwhile');
    expect((await findCandidate(database, candidateId)).state).toBe('running');
  });

  it('waits while another is at the work, and does it itself when that one has no result', async () => {
    const [first, second] = [await oneOf('is-at-it', 2), await oneOf('waits', 2)];
    const taken = await Promise.all(
      [first, second].map(({ id, candidateId }) => claimCandidate(database, id, candidateId, candidateId)),
    );
    expect(taken.sort()).toEqual(['running-elsewhere', 'to-do']);
    const states = await database.candidate.findMany({ where: { campaignId: { in: [first.id, second.id] } } });
    const [running, waiting] = states.sort((a, b) => (a.state === 'running' ? -1 : b.state === 'running' ? 1 : 0));
    expect([running.state, waiting.state]).toEqual(['running', 'pending']);
    const failure = { type: 'Crash', message: 'x' };
    await recordFailure(database, running.campaignId, running.id, 'failed', failure, running.id);
    expect(await claimCandidate(database, waiting.campaignId, waiting.id, waiting.id)).toBe('to-do');
  });

  it('does not wait for a campaign that is over', async () => {
    const [first, second] = [await oneOf('over', 3), await oneOf('does-not-wait', 3)];
    await claimCandidate(database, first.id, first.candidateId, 'a');
    await setCampaignState(database, first.id, 'cancelled', null);
    expect(await claimCandidate(database, second.id, second.candidateId, 'b')).toBe('to-do');
  });

  it('is taken up again by a later run of its own', async () => {
    const { id, candidateId } = await oneOf('again', 4);
    expect(await claimCandidate(database, id, candidateId, 'a')).toBe('to-do');
    expect(await claimCandidate(database, id, candidateId, 'b')).toBe('to-do');
    await recordResult(database, id, candidateId, model, measurement(0.9, 0.5), { run: 'b' });
    expect(await claimCandidate(database, id, candidateId, 'c')).toBe('finished');
  });
});

describe('what a network is determined by', () => {
  const base = spec('hash');
  const energyAware: PruningSchedule = { ...schedule, criterion: 'energy-aware' };

  it('is the same however the schedule is written', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.double({ min: 0, max: 1, noNaN: true })),
        (density) => {
          const backwards = Object.fromEntries(Object.entries(density).reverse());
          const written = { fineTune: { epochs: 1 }, density: backwards, criterion: 'magnitude' as const };
          expect(deduplicationKey(base, { ...written, allocation: 'layer' })).toBe(
            deduplicationKey(base, { criterion: 'magnitude', density, fineTune: { epochs: 1 } }),
          );
        },
      ),
    );
  });

  it('is other for another seed, data, network, density or number of epochs', () => {
    const hashes = [
      deduplicationKey(base, schedule),
      deduplicationKey(spec('hash', { strategy: { name: 'random', seed: 9 } }), schedule),
      deduplicationKey(spec('hash', { data: 'fashion-mnist' }), schedule),
      deduplicationKey(spec('hash', { network: 'lenet-300-100' }), schedule),
      deduplicationKey(spec('hash', { subset: { trainingImages: 500 } }), schedule),
      deduplicationKey(base, { ...schedule, density: { conv2: 0.51 } }),
      deduplicationKey(base, { ...schedule, fineTune: { epochs: 2 } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('depends on the chip only where the criterion does', () => {
    const other = spec('hash', { accelerator: 'eyeriss-v2', batch: 4 });
    expect(deduplicationKey(other, schedule)).toBe(deduplicationKey(base, schedule));
    expect(deduplicationKey(other, energyAware)).not.toBe(deduplicationKey(base, energyAware));
  });
});
