import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@espalier/artifacts';
import { startTestApi } from '@espalier/embedded/testing';
import type { Network } from '@espalier/networks';
import { encodeCheckpoint, initialWeights } from '@espalier/training';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobContext } from './job-context.js';
import type { Job } from './job-messages.js';
import { retryWithHalfBatch } from './retry-with-half-batch.js';
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
  api = await startTestApi(new URL('../../../api/dist/main.js', import.meta.url));
  folder = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

function limitMemory({ pid }: TrainingProcess, more: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--as=${Math.round(addressSpaceOf(pid) + more)}:`]);
}

/** Bytes, most of them reserved and not used. */
function addressSpaceOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return 1024 * Number(/^VmSize:\s+(\d+)/m.exec(status)?.[1]);
}

const processes: TrainingProcess[] = [];
afterEach(() => {
  for (const process of processes.splice(0)) process.close();
});

function newProcess(): TrainingProcess {
  const process = new TrainingProcess({
    artifacts: folder,
    apiUrl: api.url,
    workerId: 'a worker',
    dataCache: join(tmpdir(), 'espalier-test-data'),
    // The limit is one of the processor's memory: a GPU has its own.
    deviceClass: 'cpu',
    threads: { intraOp: 1, interOp: 1 },
  });
  processes.push(process);
  return process;
}

async function fineTuneJob(imagesPerEpoch: number): Promise<Job> {
  const start = { network: WIDE, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
  const checkpoint = encodeCheckpoint({ ...start, weights: initialWeights(WIDE, 1) });
  const pruned = await new FolderArtifactStore(folder).put(checkpoint);
  const task = { network: WIDE, data: 'mnist', seed: 1, trainingImages: 256 };
  return { kind: 'fineTune', request: { task, candidate: randomUUID(), pruned, epochs: 1, imagesPerEpoch } };
}

/** A job's context, and what was said of it, each phase once and in order. */
function heard(): { context: JobContext; phases: Set<string> } {
  const phases = new Set<string>();
  const { signal } = new AbortController();
  return { phases, context: { signal, progress: ({ phase }) => void phases.add(phase) } };
}

/**
 * Fine-tunes one epoch of 64 images in a process of its own.
 *
 * @param memory bytes beyond what is taken when it begins, after one on a single image, for which
 *   all is loaded
 * @returns what it said it does, in order; undefined if the process died of it
 */
async function fineTune(memory: number): Promise<string[] | undefined> {
  const training = newProcess();
  const { context, phases } = heard();
  try {
    await training.run(await fineTuneJob(1), context);
    limitMemory(training, memory);
    phases.clear();
    await training.run(await fineTuneJob(64), context);
    return [...phases];
  } catch (error) {
    if (error instanceof TrainingProcessCrashedError) return undefined;
    throw error;
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
      outcomes.push(await fineTune(memory));
      if (isHalved(outcomes.at(-1))) break;
    }
    expect(outcomes.some(isHalved)).toBe(true);
    expect(outcomes[0]).toEqual(['train']);
  });

  it('is tried so in another process where native code ended the first, and fails for good where it ends that one too', async () => {
    const training = newProcess();
    await training.run(await fineTuneJob(1), heard().context);
    limitMemory(training, 0.2 * GIGABYTE);
    const another = newProcess();
    const { context, phases } = heard();
    await retryWithHalfBatch(training, () => Promise.resolve(another), await fineTuneJob(64), context);
    expect([...phases]).toContain('train in batches of 32, for want of memory');
    expect(training.alive).toBe(false);

    limitMemory(another, 0.2 * GIGABYTE);
    const third = newProcess();
    await third.run(await fineTuneJob(1), heard().context);
    limitMemory(third, 0.2 * GIGABYTE);
    await expect(
      retryWithHalfBatch(another, () => Promise.resolve(third), await fineTuneJob(64), heard().context),
    ).rejects.toMatchObject({
      type: 'OutOfMemoryError',
      message: expect.stringMatching(/also for batches half as large/),
    });
  });
});
