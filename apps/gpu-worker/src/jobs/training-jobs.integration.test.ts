import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactCorruptError, FolderArtifactStore } from '@espalier/artifacts';
import { startTestApi } from '@espalier/embedded/testing';
import { eyeriss } from '@espalier/energy-model';
import { openDatabase, type Database } from '@espalier/store';
import { pino } from 'pino';
import type { ModelReference } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FencedError } from '@espalier/contracts';
import { ApiLedger } from '../checkpoints/checkpoint-ledger.js';
import type { JobContext } from '../process/job-context.js';
import { TrainingJobs } from './training-jobs.js';

const task = { network: 'lenet-5', data: 'mnist', seed: 2, trainingImages: 1_100 };
const candidate = '00000000-0000-4000-8000-000000000001';
const context: JobContext = { signal: new AbortController().signal, progress: () => undefined };

let folder: string;
let artifacts: FolderArtifactStore;
let api: Awaited<ReturnType<typeof startTestApi>>;
let database: Database;
let jobs: TrainingJobs;
const someJobs = (): TrainingJobs =>
  new TrainingJobs({
    artifacts,
    ledger: new ApiLedger(api.url, 'a worker', pino({ level: 'silent' })),
    dataCache: join(tmpdir(), 'espalier-test-data'),
    threads: { intraOp: 1, interOp: 1 },
  });
beforeAll(async () => {
  api = await startTestApi(new URL('../../../api/dist/main.js', import.meta.url));
  database = openDatabase(api.databaseUrl);
  folder = mkdtempSync(join(tmpdir(), 'espalier-jobs-'));
  artifacts = new FolderArtifactStore(folder);
  jobs = someJobs();
});
afterAll(async () => {
  await database.$disconnect();
  await api.stop();
  rmSync(folder, { recursive: true });
});

const damage = (hash: string): void => writeFileSync(join(folder, 'objects', hash.slice(0, 2), hash), 'damaged');
const prune = (dense: string, criterion: 'magnitude' | 'energy-aware') => {
  const schedule = { criterion, density: { conv2: 0.2, fc1: 0.05 }, fineTune: { epochs: 2 } };
  return jobs.prune({ task, candidate, dense, schedule, accelerator: eyeriss, batch: 16 }, context);
};

describe('a job that is repeated', () => {
  it('finds its own result', async () => {
    const first = await jobs.trainDense({ task }, context);
    expect(await jobs.trainDense({ task }, context)).toEqual(first);
    expect(await database.training.count({ where: { name: { startsWith: 'dense-' } } })).toBe(1);
  });

  it('makes a damaged checkpoint again, the same to the bit', async () => {
    const { artifact } = await jobs.trainDense({ task }, context);
    damage(artifact);
    expect((await jobs.trainDense({ task }, context)).artifact).toBe(artifact);
    await expect(artifacts.get(artifact)).resolves.toBeDefined();
  });

  it('prunes from a dense model whose file was damaged, after training that again', async () => {
    const { artifact } = await jobs.trainDense({ task }, context);
    const before = await prune(artifact, 'energy-aware');
    damage(artifact);
    expect(await prune(artifact, 'energy-aware')).toEqual(before);
  });

  it('says when the pruned model that it should fine-tune is damaged, so that it is pruned anew', async () => {
    const { artifact } = await jobs.trainDense({ task }, context);
    const pruned = await prune(artifact, 'magnitude');
    damage(pruned.artifact);
    const request = { task, candidate, pruned: pruned.artifact, epochs: 2, imagesPerEpoch: null };
    await expect(jobs.fineTune(request, context)).rejects.toThrow(ArtifactCorruptError);
    expect(await prune(artifact, 'magnitude')).toEqual(pruned);
    await expect(jobs.fineTune(request, context)).resolves.toBeDefined();
  });
});

describe('a training that is stopped in the middle of an epoch', () => {
  it('leaves a checkpoint there, and goes on from it to the very same weights', async () => {
    const { artifact: dense } = await jobs.trainDense({ task }, context);
    const pruned = (await prune(dense, 'magnitude')).artifact;
    const request = { task, candidate, pruned, epochs: 2, imagesPerEpoch: 1000 };
    const whole = await jobs.fineTune({ ...request, candidate: candidate.replace(/1$/, '7') }, context);
    const id = candidate.replace(/1$/, '8');
    const stop = new AbortController();
    const stopped = jobs.fineTune(
      { ...request, candidate: id },
      { signal: stop.signal, progress: ({ done }) => done === 5 && stop.abort(new Error('stopped')) },
    );
    await expect(stopped).rejects.toThrow('stopped');
    const known = await database.checkpoint.findMany({ where: { training: `candidate-${id}` } });
    expect(known.map(({ epoch }) => epoch)).toEqual([1]);
    const goesOn: number[] = [];
    const result = await someJobs().fineTune(
      { ...request, candidate: id },
      { ...context, progress: ({ done }) => goesOn.push(done) },
    );
    expect(goesOn[0]).toBe(6);
    expect(result).toEqual(whole);
  });
});

describe('a training that goes up rung by rung', () => {
  it('ends with the very weights of one that was not stopped between them', async () => {
    const { artifact } = await jobs.trainDense({ task }, context);
    const pruned = await prune(artifact, 'magnitude');
    const request = { task, epochs: 3, imagesPerEpoch: null };
    const climber = '00000000-0000-4000-8000-000000000021';
    let model = pruned;
    for (const until of [0, 1, 3]) {
      const climbing = { ...request, candidate: climber, pruned: model.artifact, until };
      model = await someJobs().fineTune(climbing, context);
      expect(await jobs.fineTune(climbing, context)).toEqual(model);
    }
    const whole = { ...request, candidate: '00000000-0000-4000-8000-000000000022', pruned: pruned.artifact };
    expect(await jobs.fineTune(whole, context)).toEqual(model);
  });
});

describe('an attempt whose training another has taken over', () => {
  it('can write no checkpoint any more, and stops; the other one goes on from where it was', async () => {
    const { artifact: dense } = await jobs.trainDense({ task }, context);
    const id = candidate.replace(/1$/, '9');
    const pruned = (await prune(dense, 'magnitude')).artifact;
    const request = { task, candidate: id, pruned, epochs: 3, imagesPerEpoch: 500 };
    const training = `candidate-${id}`;
    const known = () => database.checkpoint.findMany({ where: { training }, orderBy: { epoch: 'asc' } });

    let taken: Promise<ModelReference> | undefined;
    const late = jobs.fineTune(request, {
      ...context,
      // The first checkpoint is there: now the other attempt begins, as after a heartbeat that was
      // missed.
      progress: ({ checkpoint }) => {
        if (checkpoint !== undefined) taken ??= someJobs().fineTune(request, context);
      },
    });
    await expect(late).rejects.toThrow(FencedError);
    const result = await taken;
    const written = await known();
    expect(written.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(written[2].artifactHash).toBe(result?.artifact);
    expect(await database.training.findUniqueOrThrow({ where: { name: training } })).toMatchObject({ term: 2 });
    await expect(
      new ApiLedger(api.url, 'late', pino({ level: 'silent' })).record(training, 2, {
        term: 1,
        artifact: dense,
        bytes: 1,
      }),
    ).rejects.toThrow('term 1 is late');
    expect(await known()).toEqual(written);
  });
});

describe('pruning while training', () => {
  it.each(['gradual-magnitude', 'network-surgery', 'movement'] as const)(
    'by %s, spread over layers by LAMP, goes on from a checkpoint to the very same weights',
    async (criterion) => {
      const { artifact: dense } = await jobs.trainDense({ task }, context);
      const id = candidate.replace(/1$/, String(5 + ['gradual-magnitude', 'network-surgery'].indexOf(criterion)));
      const schedule = {
        criterion,
        allocation: 'lamp' as const,
        density: { conv2: 0.1, fc1: 0.05 },
        fineTune: { epochs: 3 },
      };
      const priced = { task, candidate: id, dense, schedule, accelerator: eyeriss, batch: 16 };
      const { artifact: pruned } = await jobs.prune(priced, context);
      const request = { task, candidate: id, pruned, epochs: 3, imagesPerEpoch: null, schedule, dense };
      const whole = await jobs.fineTune(request, context);
      await database.checkpoint.deleteMany({ where: { training: `candidate-${id}`, epoch: { gt: 1 } } });
      expect(await someJobs().fineTune(request, context)).toEqual(whole);
    },
  );
});

describe('pruning on real data', () => {
  it('keeps the scheduled part of each layer through fine-tuning, and energy-aware answers better than magnitude before it', async () => {
    const { artifact } = await jobs.trainDense({ task }, context);
    const accuracies: number[] = [];
    for (const criterion of ['magnitude', 'energy-aware'] as const) {
      const pruned = await prune(artifact, criterion);
      const { accuracy } = await jobs.evaluate({ task, model: pruned.artifact, split: 'validation' }, context);
      accuracies.push(accuracy);
      const id = candidate.replace(/1$/, criterion === 'magnitude' ? '2' : '3');
      const request = { task, candidate: id, pruned: pruned.artifact, epochs: 1, imagesPerEpoch: 500 };
      const tuned = await jobs.fineTune(request, context);
      const { profile } = await jobs.evaluate({ task, model: tuned.artifact, split: 'validation' }, context);
      expect(profile.layers.map(({ weightsLeft }) => weightsLeft)).toEqual([500, 5_000, 20_000, 5_000]);
    }
    expect(accuracies[1]).toBeGreaterThan(accuracies[0]);
  });

  it('removes filters first and then weights of what is left, each stage with checkpoints of its own', async () => {
    const { artifact: dense } = await jobs.trainDense({ task }, context);
    const id = candidate.replace(/1$/, '4');
    const priced = { task, candidate: id, dense, accelerator: eyeriss, batch: 16 };
    const filters = {
      criterion: 'filter-energy-aware' as const,
      density: { conv1: 0.5, conv2: 0.5, fc1: 0.3 },
      fineTune: { epochs: 1 },
    };
    const weights = { criterion: 'energy-aware' as const, density: { fc1: 0.1 }, fineTune: { epochs: 1 } };
    const tune = (pruned: string, stage: string) =>
      jobs.fineTune({ task, candidate: id, pruned, stage, epochs: 1, imagesPerEpoch: 500, dense }, context);
    const smaller = await tune((await jobs.prune({ ...priced, schedule: filters }, context)).artifact, 'filters');
    const pruned = await jobs.prune({ ...priced, from: smaller.artifact, schedule: weights }, context);
    const tuned = await tune(pruned.artifact, 'round-1');
    const layersOf = async (model: string) =>
      (await jobs.evaluate({ task, model, split: 'validation' }, context)).profile.layers;
    const [before, after] = [await layersOf(smaller.artifact), await layersOf(tuned.artifact)];
    expect(after.map(({ shape }) => shape)).toEqual(before.map(({ shape }) => shape));
    expect(before[2].weightsLeft).toBeLessThan(200_000);
    expect(after.map(({ weightsLeft }) => weightsLeft)).toEqual(
      before.map(({ weightsLeft }, i) => (i === 2 ? Math.round(0.1 * weightsLeft) : weightsLeft)),
    );
    expect(await tune(pruned.artifact, 'round-1')).toEqual(tuned);
  });
});
