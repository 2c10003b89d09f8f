import { FencedError } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import { artifact, campaignWith, measurement } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import {
  findCandidate,
  knownCheckpoints,
  readFront,
  recordCheckpoint,
  recordFailure,
  recordResult,
  takeTraining,
  claimCandidate,
  type Database,
} from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

describe('a training', () => {
  it('takes checkpoints from the attempt that took it last, and from no other', async () => {
    const first = await takeTraining(database, 'candidate-a', 'one worker');
    await recordCheckpoint(database, 'candidate-a', 1, { term: first.term, artifact: artifact(1), bytes: 9 });
    const second = await takeTraining(database, 'candidate-a', 'another worker');
    expect(second).toEqual({ term: 2, checkpoints: [{ epoch: 1, artifact: artifact(1), bytes: 9 }] });
    const late = recordCheckpoint(database, 'candidate-a', 2, { term: 1, artifact: artifact(2), bytes: 9 });
    await expect(late).rejects.toThrow(FencedError);
    await recordCheckpoint(database, 'candidate-a', 1, { term: 2, artifact: artifact(3), bytes: 9 });
    expect(await knownCheckpoints(database, 'candidate-a')).toEqual([{ epoch: 1, artifact: artifact(3), bytes: 9 }]);
  });

  it('has one holder of each term, also when many take it at once', async () => {
    const leases = await Promise.all(
      Array.from({ length: 20 }, (_, i) => takeTraining(database, 'candidate-b', `worker ${i}`)),
    );
    expect(leases.map(({ term }) => term).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const outcomes = await Promise.allSettled(
      leases.map(({ term }) =>
        recordCheckpoint(database, 'candidate-b', 1, { term, artifact: artifact(term), bytes: 1 }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await knownCheckpoints(database, 'candidate-b'))[0].artifact).toBe(artifact(20));
  });

  it('that tells of one checkpoint twice has trained its epoch once, and another that makes the same again twice', async () => {
    const written = async (): Promise<number> =>
      (await database.training.findUniqueOrThrow({ where: { name: 'candidate-d' } })).checkpointsWritten;
    const { term } = await takeTraining(database, 'candidate-d', 'one');
    const checkpoint = { artifact: artifact(7), bytes: 1 };
    for (let tries = 0; tries < 3; tries++) await recordCheckpoint(database, 'candidate-d', 1, { term, ...checkpoint });
    expect(await written()).toBe(1);
    const other = await takeTraining(database, 'candidate-d', 'other');
    await recordCheckpoint(database, 'candidate-d', 1, { term: other.term, ...checkpoint });
    expect(await written()).toBe(2);
  });

  it('that nobody took takes no checkpoint', async () => {
    const stray = recordCheckpoint(database, 'candidate-c', 1, { term: 1, artifact: artifact(1), bytes: 1 });
    await expect(stray).rejects.toThrow(FencedError);
  });
});

describe('a candidate that another run has taken up', () => {
  it('takes neither a result nor a failure nor a point of the front from the run before', async () => {
    const { id, candidates } = await campaignWith(database, 'fenced', 1);
    const [{ candidateId }] = candidates;
    const model = { artifact: artifact(1), bytes: 1 };
    await claimCandidate(database, id, candidateId, 'first run');
    await claimCandidate(database, id, candidateId, 'second run');
    const late = [
      recordResult(database, id, candidateId, model, measurement(0.9, 0.5), { run: 'first run' }),
      recordFailure(database, id, candidateId, 'failed', { type: 'Crash', message: 'late' }, 'first run'),
    ];
    await Promise.all(late.map((each) => expect(each).rejects.toThrow(FencedError)));
    expect((await findCandidate(database, candidateId)).state).toBe('running');
    expect((await readFront(database, id)).points).toEqual([]);
    await recordResult(database, id, candidateId, model, measurement(0.8, 0.4), { run: 'second run' });
    // The run before may have its say still: what is settled stays, and there is nothing to refuse.
    await recordResult(database, id, candidateId, model, measurement(0.9, 0.5), { run: 'first run' });
    expect((await findCandidate(database, candidateId)).validationAccuracy).toBe(0.8);
  });
});
