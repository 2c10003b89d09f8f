import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { startTestApi } from '@espalier/embedded/testing';
import type { Network } from '@espalier/networks';
import { encodeCheckpoint, initialWeights } from '@espalier/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from './job-messages.js';
import { TrainingProcess, TrainingProcessCrashedError } from './training-process.js';

/** One wide layer, and what it needs to tell classes apart. 64 images make outputs of 590 MB. */
const WIDE: Network = {
  name: 'wide',
  input: { height: 28, width: 28, channels: 1 },
  classes: 10,
  layers: [
    {
      kind: 'conv2d',
      name: 'conv',
      from: ['input'],
      filters: 4000,
      kernelSize: [5, 5],
      stride: 1,
      padding: 'valid',
      useBias: false,
      activation: 'relu',
    },
    { kind: 'globalAveragePooling2d', name: 'pool', from: ['conv'] },
    { kind: 'dense', name: 'fc', from: ['pool'], units: 10, useBias: true, activation: 'linear' },
  ],
};
const GIGABYTE = 2 ** 30;

let folder: string;
let api: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => {
  api = await startTestApi();
  folder = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

function limitMemory({ pid }: TrainingProcess, more: number): void {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const taken = 1024 * Number(/^VmSize:\s+(\d+)/m.exec(status)?.[1]);
  execFileSync('prlimit', ['--pid', String(pid), `--as=${Math.round(taken + more)}:`]);
}

/**
 * Fine-tunes one epoch of 64 images in a process of its own.
 *
 * @param memory bytes beyond what is taken when it begins, after one on a single image, for which all is loaded
 * @returns what it said it does, in order; undefined if the process died of it
 */
async function fineTune(network: Network, memory: number): Promise<string[] | undefined> {
  const artifacts = new FolderArtifactStore(folder);
  const start = { network, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
  const pruned = await artifacts.put(encodeCheckpoint({ ...start, weights: initialWeights(network, 1) }));
  const task = { network, data: 'mnist', seed: 1, trainingImages: 256 };
  const phases = new Set<string>();
  const { signal } = new AbortController();
  const training = new TrainingProcess({
    artifacts: folder,
    apiUrl: api.url,
    workerId: 'a worker',
    dataCache: join(tmpdir(), 'espalier-test-data'),
    threads: { intraOp: 1, interOp: 1 },
  });
  const run = (job: Job): Promise<unknown> =>
    training.run(job, { signal, progress: ({ phase }) => void phases.add(phase) });
  const fineTuneOn = (imagesPerEpoch: number): Promise<unknown> =>
    run({ kind: 'fineTune', request: { task, candidate: randomUUID(), pruned, epochs: 1, imagesPerEpoch } });
  try {
    await fineTuneOn(1);
    limitMemory(training, memory);
    phases.clear();
    await fineTuneOn(64);
    return [...phases];
  } catch (error) {
    if (error instanceof TrainingProcessCrashedError) return undefined;
    throw error;
  } finally {
    training.close();
  }
}

describe('a fine-tuning for which there is no memory', () => {
  it('is tried once more with batches half as large', async () => {
    // How much a step takes beyond its outputs differs between machines: the limit is looked for.
    const outcomes: (string[] | undefined)[] = [];
    // Steps that follow may be over before they are reported.
    const isHalved = (phases: string[] | undefined): boolean =>
      phases?.[0] === 'train in batches of 32, for want of memory';
    for (let memory = 2.6 * GIGABYTE; memory > 0.6 * GIGABYTE; memory -= 0.2 * GIGABYTE) {
      outcomes.push(await fineTune(WIDE, memory));
      if (isHalved(outcomes.at(-1))) break;
    }
    expect(outcomes.some(isHalved)).toBe(true);
    expect(outcomes[0]).toEqual(['train']);
  });
});
