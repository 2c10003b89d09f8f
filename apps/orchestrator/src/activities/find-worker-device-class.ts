import type { DeviceClass } from '@espalier/contracts';
import { listWorkers, type Database } from '@espalier/store';

/**
 * What a campaign trains on that names no class of device: GPUs where there are any, also when
 * their workers have just not been heard of, as after the API was away. Null before any worker has
 * said that it is there: a machine that has a GPU says so some seconds after it has started.
 */
export async function findWorkerDeviceClass(database: Database): Promise<DeviceClass | null> {
  const workers = (await listWorkers(database)).filter(({ state }) => state === 'ready' || state === 'silent');
  if (workers.some(({ deviceClass }) => deviceClass === 'gpu')) return 'gpu';
  return workers.some(({ state }) => state === 'ready') ? 'cpu' : null;
}
