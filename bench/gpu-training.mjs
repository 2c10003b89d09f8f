// How many trainings at once a GPU is worth: images a second and memory by the number of processes
// that share it, what exact repetition and full float32 cost, and whether two processes come to the
// same weights. Without a GPU there is nothing to measure.
import { fork, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { listGpus } from '@espalier/machine/gpus';

const WORKLOADS = [
  ['lenet-5', 'mnist'],
  ['resnet-20', 'cifar-10'],
  ['mobilenet-v2-cifar', 'cifar-10'],
];
const PROCESSES = [1, 2, 4, 8];
const SECONDS = Number(process.env.ESPALIER_CARD_SECONDS ?? 6);
const EXACT = { TF_DETERMINISTIC_OPS: '1' };
const TF32 = { TF_DETERMINISTIC_OPS: '0' };
const FLOAT32 = { ...TF32, NVIDIA_TF32_OVERRIDE: '0' };

export async function benchGraphicsGpu() {
  const chosen = process.env.ESPALIER_CARD_NETWORKS?.split(',');
  const [gpu] = listGpus();
  if (!gpu) return [['GPU', 'none: nothing measured']];
  const rows = [['GPU', gpu.name]];
  for (const [network, data] of WORKLOADS) {
    if (chosen && !chosen.includes(network)) continue;
    const rates = [];
    for (const processes of PROCESSES) {
      const { rate, memory, same } = await together(gpu, processes, [network, data], EXACT);
      rates.push(
        `${processes}: ${rate} (${memory} MiB${processes > 1 ? `, ${same ? 'the same bits' : 'other bits'}` : ''})`,
      );
      process.stderr.write(`${network} ${rates.at(-1)}\n`);
    }
    rows.push([`${network}: images a second, by trainings at once (memory in use)`, rates.join(', ')]);
    for (const [what, environment] of [
      ['operations that may differ in their last bits', TF32],
      ['and full float32 instead of TF32', FLOAT32],
    ]) {
      const { rate, same } = await together(gpu, 2, [network, data], environment);
      rows.push([`${network}: two at once, ${what}`, `${rate}, ${same ? 'the same bits' : 'other bits'}`]);
    }
  }
  return rows;
}

/** So many processes, each having trained a little before the clock starts. */
async function together(gpu, count, workload, environment) {
  const before = memoryUsed(gpu);
  const script = fileURLToPath(new URL('train-until-told.mjs', import.meta.url));
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...environment };
  const children = Array.from({ length: count }, () => fork(script, workload, { env }));
  const digests = await Promise.all(children.map(async (child) => (await answer(child)).digest));
  for (const child of children) child.send('go');
  await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS));
  const memory = memoryUsed(gpu) - before;
  const answers = children.map(answer);
  for (const child of children) child.send('stop');
  const rates = (await Promise.all(answers)).map(({ images, milliseconds }) => (1000 * images) / milliseconds);
  return {
    rate: Math.round(rates.reduce((sum, rate) => sum + rate)),
    memory,
    same: new Set(digests).size === 1,
  };
}

function answer(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a training ended with ${code}`)));
  });
}

/** MiB of the GPU's. */
function memoryUsed({ uuid }) {
  const query = ['-i', uuid, '--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  return Number(spawnSync('nvidia-smi', query, { encoding: 'utf8' }).stdout);
}
