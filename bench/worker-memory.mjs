// 200 candidates in a row in one worker: whether memory, graphs and file handles stay what they
// were.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { eyeriss } from '@espalier/energy-model';
import { startTestApi } from '@espalier/embedded/testing';
import { ApiLedger } from '@espalier/gpu-worker/checkpoint-ledger';
import { Graph } from '@espalier/tensorflow';
import { pino } from 'pino';
import { TrainingJobs } from '@espalier/gpu-worker/training-jobs';

const CANDIDATES = 200;
/** After so many, whatever is made once has been made. */
const SETTLED = 60;
const CRITERIA = ['magnitude', 'energy-aware', 'taylor', 'filter-l1', 'gradual-magnitude', 'filter-energy-aware'];
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');

export async function benchWorkerMemory() {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
  const api = await startTestApi(new URL('../apps/api/dist/main.js', import.meta.url));
  const jobs = new TrainingJobs({
    artifacts: new FolderArtifactStore(folder),
    ledger: new ApiLedger(api.url, 'bench', pino({ level: 'silent' })),
    dataCache: join(cache, 'data'),
    threads: { intraOp: 1, interOp: 1 },
  });
  const task = { network: 'lenet-5', data: 'mnist', seed: 2, trainingImages: 1_100 };
  const context = { signal: new globalThis.AbortController().signal, progress: () => undefined };
  const dense = (await jobs.trainDense({ task }, context)).artifact;
  const samples = [];
  for (let i = 0; i < CANDIDATES; i++) {
    const candidate = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    const criterion = CRITERIA[i % CRITERIA.length];
    const density = { conv1: 0.4 + 0.001 * i, conv2: 0.3, fc1: 0.1 };
    const schedule = {
      criterion,
      density,
      fineTune: { epochs: 1, optimizer: i % 2 ? 'adam' : 'sgd', distillation: { share: 0.5, temperature: 4 } },
    };
    const pruned = await jobs.prune({ task, candidate, dense, schedule, accelerator: eyeriss, batch: 1 }, context);
    const tuned = await jobs.fineTune(
      { task, candidate, pruned: pruned.artifact, epochs: 1, imagesPerEpoch: 256, schedule, dense },
      context,
    );
    await jobs.evaluate({ task, model: tuned.artifact, split: 'validation' }, context);
    globalThis.gc?.();
    samples.push({ rss: process.memoryUsage().rss, handles: readdirSync('/proc/self/fd').length, graphs: Graph.open });
  }
  await api.stop();
  rmSync(folder, { recursive: true });
  const settled = samples[SETTLED];
  const last = samples[samples.length - 1];
  const megabytes = (bytes) => Math.round(bytes / 2 ** 20);
  return [
    [
      `memory after ${SETTLED} and after ${CANDIDATES} candidates, MB`,
      `${megabytes(settled.rss)}, ${megabytes(last.rss)} (${(last.rss / settled.rss).toFixed(3)})`,
    ],
    ['open TensorFlow graphs after the same', `${settled.graphs}, ${last.graphs}`],
    ['open file handles after the same', `${settled.handles}, ${last.handles}`],
  ];
}
