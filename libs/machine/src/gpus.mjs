// The NVIDIA GPUs that a process may use. Set-up chooses TensorFlow's wheel by them, the stack
// starts a worker for each, and a worker finds its device. Plain JavaScript without dependencies,
// since set-up runs first.
import { spawnSync } from 'node:child_process';

/**
 * The GPUs to train on, in the order of the driver: those that `CUDA_VISIBLE_DEVICES` names where
 * it is set, and none where `ESPALIER_TENSORFLOW=cpu` says so or there is no driver.
 *
 * @param {Record<string, string | undefined>} environment
 * @param {() => string} list what the driver says of its GPUs: a line each of index, UUID, name
 *   and MiB
 * @returns {import('./gpus.d.mts').Gpu[]}
 */
export function listGpus(environment = process.env, list = askDriver) {
  if (environment.ESPALIER_TENSORFLOW === 'cpu') return [];
  const gpus = list()
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 4)
    .map(([index, uuid, name, mebibytes]) => ({ index, uuid, name, memoryMebibytes: Number(mebibytes) }));
  const visible = environment.CUDA_VISIBLE_DEVICES;
  if (visible === undefined) return gpus;
  const chosen = [];
  for (const wanted of visible.split(',').map((part) => part.trim())) {
    const gpu = gpus.find(
      ({ index, uuid }) => index === wanted || (wanted.startsWith('GPU-') && uuid.startsWith(wanted)),
    );
    // CUDA too takes those before the first that it does not know.
    if (!gpu) break;
    chosen.push(gpu);
  }
  return chosen;
}

function askDriver() {
  const query = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? stdout : '';
}
