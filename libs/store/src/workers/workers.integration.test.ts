import type { WorkerRegistration } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';
import type { Database } from '../database/client.js';
import { withTestDatabase } from '../testing/test-database.js';
import { listWorkers, registerWorker } from './workers.js';

let database: Database;
withTestDatabase((opened) => (database = opened));

const worker: WorkerRegistration = {
  ...{ id: 'one', deviceClass: 'cpu', device: 'a processor', host: 'here' },
  ...{ slots: 2, busy: 2, state: 'ready', reason: null },
};

describe('the list of workers', () => {
  it('has one that speaks no more as silent and at work on nothing, then not at all, and as it was when it speaks again', async () => {
    const after = (seconds: number) => listWorkers(database, new Date(Date.now() + 1000 * seconds));
    await registerWorker(database, worker);
    expect(await after(10)).toMatchObject([{ state: 'ready', busy: 2 }]);
    expect(await after(20)).toMatchObject([
      { state: 'silent', busy: 0, reason: expect.stringMatching(/^not heard of for 2\d s$/) },
    ]);
    expect(await after(61)).toEqual([]);
    await registerWorker(database, { ...worker, busy: 1 });
    expect(await after(0)).toMatchObject([{ state: 'ready', busy: 1, reason: null }]);
  });
});
