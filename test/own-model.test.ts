import { copyFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Campaign, Candidate, CandidateDetail } from '@espalier/contracts';
import { loadDataSet } from '@espalier/datasets';
import { exportKerasArchive, importModel, type WeightTensor } from '@espalier/networks';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackUnderTest, until } from './stack-under-test.js';

const stack = new StackUnderTest(18_430);
const MODEL = fileURLToPath(new URL('../examples/models/lenet-5-mnist.keras', import.meta.url));
/** Of each digit. */
const IMAGES = 60;

const spec = (name: string, change = ''): string => `
name: ${name}
network: ./trained.keras
data: ./digits
batch: 1
space:
  criterion: [filter-energy-aware, energy-aware]
  allocation: [layer, global]
  density: { conv1: [0.4, 0.9], conv2: [0.3, 0.9], fc1: [0.1, 0.5] }
  fineTune: { epochs: [1, 2], optimizer: [sgd, adamw], learningRate: [0.0005, 0.01], distillation: [0.1, 0.7], patience: 3 }
strategy: { name: random, seed: 6 }
budget: { candidates: 6 }
parallelism: 2
${change}`;

beforeAll(async () => {
  copyFileSync(MODEL, join(stack.home, 'trained.keras'));
  const { training } = await loadDataSet('mnist', join(tmpdir(), 'espalier-test-data'), 5_500);
  const seen = new Map<number, number>();
  for (let i = 0; i < training.count; i++) {
    const label = training.labels[i];
    const number = seen.get(label) ?? 0;
    if (number === IMAGES) continue;
    seen.set(label, number + 1);
    const folder = join(stack.home, 'digits', `digit-${label}`);
    mkdirSync(folder, { recursive: true });
    const pixels = Buffer.from(training.images.gather([i]));
    await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
      .png()
      .toFile(join(folder, `${number}.png`));
  }
  expect((await stack.espalier('up')).code).toBe(0);
});
afterAll(() => stack.remove());

describe('espalier model', () => {
  it('trains a network of the zoo, goes on where it was killed, and says of it what it says of the file', async () => {
    const [out, data] = [join(stack.home, 'dense.keras'), join(stack.home, 'digits')];
    const train = ['model', 'train', 'lenet-300-100', '--data', data, '--epochs', '30', '--out', out];
    const killed = stack.start(...train);
    killed.child.stderr?.on('data', (said: Buffer) => {
      if (said.toString().includes('epoch 1 of 30')) killed.child.kill('SIGKILL');
    });
    await killed.ended;
    expect(existsSync(out)).toBe(false);
    const { code, stderr } = await stack.espalier(...train);
    expect(code).toBe(0);
    const [first, ...said] = stderr.trimEnd().split('\n');
    expect(first).toContain(`going on from ${out}.checkpoint, after epoch `);
    const tested = await stack.espalier('model', 'test', out, '--data', data);
    // And nothing of TensorFlow's own.
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(said.filter((line) => !line.startsWith('epoch '))).toEqual([`${out} written: ${tested.stdout.trim()}`]);
    expect(existsSync(`${out}.checkpoint`)).toBe(false);
    const refused = { nowhere: "there is no data set 'nowhere'", [MODEL]: 'is not a folder' };
    for (const [wrong, why] of Object.entries(refused)) {
      const { code, stderr } = await stack.espalier('model', 'test', out, '--data', wrong);
      expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^espalier: .*${why}.*\n$`))]);
    }
  }, 120_000);

  it('trains nothing that it could not write, and does not go on from another network’s checkpoint', async () => {
    const train = ['model', 'train', 'lenet-5', '--data', 'mnist', '--epochs', '1', '--out'];
    stack.write('other.keras.checkpoint', 'a text');
    const refused = { [stack.home]: 'cannot be written', [join(stack.home, 'other.keras')]: 'checkpoint' };
    for (const [out, why] of Object.entries(refused)) {
      const { code, stderr } = await stack.espalier(...train, out);
      expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`^espalier: .*${why}.*\n$`))]);
    }
  }, 60_000);
});

describe('a campaign on a user’s own model and images', () => {
  it('starts from the trained weights, prunes filters and weights, and ends with models that are smaller', async () => {
    const { code, stderr } = await stack.espalier('campaign', 'launch', stack.write('own.yaml', spec('own')));
    expect([code, stderr]).toEqual([0, expect.stringContaining('campaign own is')]);
    const ended = await until('the campaign is done', async () => {
      const campaign = await stack.get<Campaign>('/v1/campaigns/own');
      return campaign.state === 'completed' ? campaign : undefined;
    });
    expect(ended.counts.completed).toBe(6);
    const { items } = await stack.get<{ items: Candidate[] }>('/v1/campaigns/own/candidates');
    const filters = items.filter(({ schedule }) => schedule.criterion === 'filter-energy-aware');
    expect(filters.length).toBeGreaterThan(0);
    const [chosen] = filters;
    const detail = await stack.get<CandidateDetail>(`/v1/candidates/${chosen.id}`);
    const kept = detail.profile?.layers.map(({ shape }) => shape?.outputChannels ?? 0) ?? [];
    expect(kept.reduce((sum, each) => sum + each, 0)).toBeLessThan(580);
    for (const [format, file] of [
      ['keras', 'out.keras'],
      ['onnx', 'out.onnx'],
      ['tfjs', 'out/model.json'],
    ] as const) {
      const out = join(stack.home, format === 'tfjs' ? 'out' : file);
      const exported = await stack.espalier('candidate', 'export', chosen.id, '--format', format, '--out', out);
      expect(exported.stderr).toContain('on validation when loaded again, as recorded');
      const { network } = await importModel(join(stack.home, file));
      const sizes = network.layers.flatMap((layer) =>
        'filters' in layer ? layer.filters : 'units' in layer ? layer.units : [],
      );
      expect(sizes).toEqual(kept);
    }
  }, 300_000);

  it('removes filters, then weights in rounds for as long as accuracy is held', async () => {
    const staged = (name: string, accuracyLoss: number): string =>
      `
name: ${name}
network: ./trained.keras
data: ./digits
space:
  criterion: [energy-aware]
  density: { fc1: [0.3, 0.3] }
  filters: { density: { conv2: [0.5, 0.5], fc1: [0.5, 0.5] } }
  loop: { accuracyLoss: ${accuracyLoss}, keep: 0.5, rounds: 3 }
budget: { candidates: 1 }
`;
    for (const [name, accuracyLoss] of [
      ['lenient', 1],
      ['strict', 0],
    ] as const) {
      const file = stack.write(`${name}.yaml`, staged(name, accuracyLoss));
      expect((await stack.espalier('campaign', 'launch', file, '--watch')).code).toBe(0);
      const { items } = await stack.get<{ items: Candidate[] }>(`/v1/campaigns/${name}/candidates`);
      const { profile, validationAccuracy } = await stack.get<CandidateDetail>(`/v1/candidates/${items[0].id}`);
      const { dense } = await stack.get<Campaign>(`/v1/campaigns/${name}`);
      const [conv2, fc1] = [1, 2].map((i) => profile?.layers[i]);
      expect(conv2?.shape?.outputChannels).toBeLessThan(50);
      const left = (fc1?.shape?.inputChannels ?? 0) * (fc1?.shape?.outputChannels ?? 0);
      const rounds = [0.3, 0.15, 0.075].map((kept) => Math.round(kept * left));
      if (name === 'lenient') expect(fc1?.weightsLeft).toBe(rounds[2]);
      else expect(rounds).toContain(fc1?.weightsLeft);
      const isHeld = (validationAccuracy ?? 0) >= (dense?.validationAccuracy ?? 1) - accuracyLoss;
      expect(isHeld || fc1?.weightsLeft === rounds[0]).toBe(true);
    }
  }, 200_000);

  it('ends with candidates that diverged, each with its curve, where weights and learning rate are too large', async () => {
    const { network, weights } = await importModel(MODEL);
    const loud = [...weights].map(([name, { shape, data }]): [string, WeightTensor] => [
      name,
      { shape, data: data.map((weight) => 1e4 * weight) },
    ]);
    writeFileSync(join(stack.home, 'loud.keras'), await exportKerasArchive(network, new Map(loud)));
    const reckless = spec('reckless')
      .replace('trained.keras', 'loud.keras')
      .replace('criterion: [filter-energy-aware, energy-aware]', 'criterion: [magnitude]')
      .replace('learningRate: [0.0005, 0.01]', 'learningRate: [9, 10]')
      .replace('optimizer: [sgd, adamw]', 'optimizer: [sgd]')
      .replace('candidates: 6', 'candidates: 2');
    expect((await stack.espalier('campaign', 'launch', stack.write('reckless.yaml', reckless))).code).toBe(0);
    const { counts } = await until('the campaign is done', async () => {
      const campaign = await stack.get<Campaign>('/v1/campaigns/reckless');
      return campaign.state === 'completed' ? campaign : undefined;
    });
    // Where every unit dies before the loss is lost, a training goes on with nothing to learn.
    expect(counts.diverged).toBeGreaterThan(0);
    expect(counts.completed + counts.diverged).toBe(2);
    const { items } = await stack.get<{ items: Candidate[] }>('/v1/campaigns/reckless/candidates?state=diverged');
    for (const { failure } of items) {
      expect(failure?.type).toBe('DivergedError');
      expect(failure?.curve?.every((loss) => Number.isFinite(loss))).toBe(true);
    }
    const shown = await stack.espalier('candidate', 'show', items[0].id);
    expect(shown.stdout).toMatch(/: diverged, the loss became/);
  }, 200_000);

  it('is refused when the model is missing, the data have other classes, or a layer is not the model’s', async () => {
    const missing = stack.write('missing.yaml', spec('missing').replace('trained.keras', 'nothing.keras'));
    expect((await stack.espalier('campaign', 'launch', missing)).stderr).toContain(
      'nothing.keras cannot be read (ENOENT)',
    );
    const layer = stack.write('layer.yaml', spec('layer').replace('conv1:', 'conv9:'));
    const refused = await stack.espalier('campaign', 'launch', layer);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('has no such layer; it has conv1, conv2, fc1, fc2');
    const data = stack.write('data.yaml', spec('data').replace('./digits', './nowhere'));
    expect((await stack.espalier('campaign', 'launch', data)).stderr).toContain(
      'is not a folder that can be read here',
    );
  });
});

describe('a campaign of which no candidate has a result', () => {
  it('has failed of the commonest reason, says so by exit code 6, and goes on when the cause is gone', async () => {
    const { spec: before, dense } = await stack.get<Campaign>('/v1/campaigns/own');
    const weights = dense?.artifact ?? '';
    const file = join(stack.home, 'artifacts', 'objects', weights.slice(0, 2), weights);
    renameSync(file, `${file}.away`);
    const body = JSON.stringify({
      ...before,
      name: 'lost',
      budget: { candidates: 2 },
      space: { ...before.space, criterion: ['magnitude'] },
    });
    const answer = await fetch(`${stack.api}/v1/campaigns`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
    });
    expect(answer.status).toBe(201);
    const watched = await stack.espalier('campaign', 'watch', 'lost');
    expect([watched.code, watched.stderr]).toEqual([
      6,
      expect.stringContaining('lost failed: none of 2 candidates has a result; all failed with ArtifactMissingError'),
    ]);
    renameSync(`${file}.away`, file);
    expect((await stack.espalier('campaign', 'retry-failed', 'lost')).code).toBe(0);
    const again = await stack.espalier('campaign', 'watch', 'lost');
    expect([again.code, (await stack.get<Campaign>('/v1/campaigns/lost')).counts.completed]).toEqual([0, 2]);
  }, 300_000);
});
