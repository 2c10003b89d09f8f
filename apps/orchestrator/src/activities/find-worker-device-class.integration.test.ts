import type { WorkerRegistration } from '@espalier/contracts';
import { registerWorker, type Database } from '@espalier/store';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { withTestDatabase } from '../testing/test-database.js';
import { findWorkerDeviceClass } from './find-worker-device-class.js';

let database: Database;
withTestDatabase((opened) => (database = opened));
beforeEach(() => database.worker.deleteMany());

async function worker(deviceClass: 'cpu' | 'gpu', state: WorkerRegistration['state'] = 'ready', secondsAgo = 0) {
  const id = `${deviceClass}-${state}`;
  await registerWorker(database, {
    ...{ id, deviceClass, device: 'a device', host: 'here', slots: 2, busy: 0, state, reason: null },
  });
  await database.worker.update({ where: { id }, data: { lastSeenAt: new Date(Date.now() - 1000 * secondsAgo) } });
}

describe('the class of device of a campaign that names none', () => {
  it('is not known before a worker has said that it is there', async () => {
    expect(await findWorkerDeviceClass(database)).toBeNull();
    await worker('cpu', 'unfit');
    await worker('gpu', 'drained');
    expect(await findWorkerDeviceClass(database)).toBeNull();
  });

  it('is that of the GPUs where there are some, also when those have not just been heard of', async () => {
    await worker('cpu');
    expect(await findWorkerDeviceClass(database)).toBe('cpu');
    await worker('gpu', 'ready', 30);
    expect(await findWorkerDeviceClass(database)).toBe('gpu');
  });

  it('is not the processor for a worker that may have been there before a GPU was', async () => {
    await worker('cpu', 'ready', 30);
    expect(await findWorkerDeviceClass(database)).toBeNull();
  });
});
