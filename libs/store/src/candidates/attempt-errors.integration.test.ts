import { randomUUID } from 'node:crypto';
import type { AttemptError } from '@espalier/contracts';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { campaignWith } from '../testing/test-campaigns.js';
import { withTestDatabase } from '../testing/test-database.js';
import { errorSignature, listEvents, recordActivityError, recordAttemptError, type Database } from '../index.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

describe('recordAttemptError', () => {
  const errorOf = (candidateId: string, attempt: number, change: Partial<AttemptError> = {}): AttemptError => ({
    ...{ workflowId: `candidate-${candidateId}`, worker: 'here', job: `${candidateId}.1`, attempt },
    ...{ type: 'TypeError', message: `process ${1000 + attempt} has no x`, progress: '[0,0,null]', ...change },
  });

  it('counts equal errors in a row, and logs each attempt once however often it is said', async () => {
    const { id, candidates } = await campaignWith(database, 'equal-errors', 1);
    const [{ candidateId }] = candidates;
    const counts: number[] = [];
    for (const attempt of [1, 2, 2, 3]) counts.push(await recordAttemptError(database, errorOf(candidateId, attempt)));
    expect(counts).toEqual([1, 2, 2, 3]);
    const events = await listEvents(database, id, 10, 'attempt-failed');
    expect(events.map(({ candidate, detail }) => [candidate, detail.attempt])).toEqual([
      [candidateId, 3],
      [candidateId, 2],
      [candidateId, 1],
    ]);
  });

  it('begins to count anew after another error, after progress, and after an attempt that said nothing', async () => {
    const { candidates } = await campaignWith(database, 'other-errors', 1);
    const [{ candidateId }] = candidates;
    const say = (attempt: number, change: Partial<AttemptError> = {}): Promise<number> =>
      recordAttemptError(database, errorOf(candidateId, attempt, change));
    expect(await say(1)).toBe(1);
    expect(await say(2, { message: 'something else' })).toBe(1);
    expect(await say(3)).toBe(1);
    expect(await say(4, { progress: '[1,0,null]' })).toBe(1);
    expect(await say(5, { progress: '[1,0,null]' })).toBe(2);
    // The sixth was stopped with its worker.
    expect(await say(7, { progress: '[1,0,null]' })).toBe(1);
  });

  it('refuses a workflow of no campaign', async () => {
    await expect(recordAttemptError(database, errorOf(randomUUID(), 1))).rejects.toThrow('there is no campaign');
  });
});

describe('recordActivityError', () => {
  it('logs equal errors once, and says of which activity and candidate', async () => {
    const { id, candidates } = await campaignWith(database, 'activity-errors', 1);
    const record = (activity: string, attempt: number, message: string, workflowId = `campaign-${id}`) =>
      recordActivityError(database, { workflowId, activity, attempt, message, type: 'ZodError', worker: 'here' });
    for (let attempt = 1; attempt <= 3; attempt++) await record('ask', attempt, `row ${attempt} is no schedule`);
    await record('tell', 1, 'row 1 is no schedule');
    await record('recordCandidate', 4, 'row 2 is no profile', `candidate-${candidates[0].candidateId}`);
    const events = await listEvents(database, id, 10, 'attempt-failed');
    expect(events.map(({ candidate, detail }) => [candidate, detail.activity, detail.attempt])).toEqual([
      [candidates[0].candidateId, 'recordCandidate', 4],
      [null, 'tell', 1],
      [null, 'ask', 1],
    ]);
  });
});

describe('errorSignature', () => {
  it('is equal for what differs from attempt to attempt alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.uuid(), fc.uuid(), (a, b, one, other) => {
        const words = (pid: number, id: string): string =>
          `process ${pid} cannot read /tmp/x-${id}/${pid}.npy of ${id}`;
        expect(errorSignature('Error', words(a, one), '')).toBe(errorSignature('Error', words(b, other), ''));
      }),
    );
  });

  it('differs by type, words and progress', () => {
    const signatures = [
      errorSignature('Error', 'x is missing', ''),
      errorSignature('TypeError', 'x is missing', ''),
      errorSignature('Error', 'y is missing', ''),
      errorSignature('Error', 'x is missing', '1'),
    ];
    expect(new Set(signatures).size).toBe(4);
  });
});
