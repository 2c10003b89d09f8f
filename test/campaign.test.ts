import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Campaign, Candidate, CandidateDetail, Front } from '@espalier/contracts';
import { isAlive } from '@espalier/embedded';
import { front } from '@espalier/pareto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { descendants, kill, StackUnderTest, until } from './stack-under-test.js';
import { onWebPage } from './web-page.js';

const stack = new StackUnderTest(18_330);
const spec = (name: string, change = ''): string => `
name: ${name}
network: lenet-5
data: mnist
batch: 16
space:
  density: { conv1: [0.2, 0.8], conv2: [0.05, 0.5], fc1: [0.02, 0.3], fc2: [0.2, 1] }
  fineTune: { epochs: [4, 6], imagesPerEpoch: 2200 }
strategy: { name: nsga2, seed: 5 }
budget: { candidates: 8 }
parallelism: 2
subset: { trainingImages: 5500 }
${change}`;

beforeAll(async () => {
  const { code, stderr } = await stack.espalier('up');
  expect(stderr).toContain('starting Postgres');
  expect(code).toBe(0);
});
afterAll(() => stack.remove());

const campaign = (name: string): Promise<Campaign> => stack.get(`/v1/campaigns/${name}`);
const candidates = async (name: string): Promise<Candidate[]> =>
  (await stack.get<{ items: Candidate[] }>(`/v1/campaigns/${name}/candidates?limit=200`)).items;
const trainingProcesses = (): number[] => descendants(stack.pid('worker'));

describe('a campaign', () => {
  let finishedBefore: Candidate[] = [];

  it('goes on after kill -9 of the training process, the worker, the orchestrator, the API, Temporal and Postgres', async () => {
    const launched = await stack.espalier('campaign', 'launch', stack.write('first.yaml', spec('first')), '--json');
    expect(launched.code).toBe(0);
    await until('a candidate is being trained', async () =>
      (await candidates('first')).some(({ state }) => state === 'running'),
    );
    kill(trainingProcesses()[0]);
    await until(
      'a candidate is done after the training process was killed',
      async () => (await campaign('first')).counts.completed >= 1,
    );
    for (const name of ['worker', 'orchestrator', 'api', 'temporal', 'postgres'] as const) {
      const before = stack.pid(name);
      kill(before);
      await until(`${name} is started again`, async () => Promise.resolve(stack.pid(name) !== before));
    }
    const { counts } = await until('the API answers again', async () => {
      const answer = await campaign('first');
      return answer.counts ? answer : undefined;
    });
    expect(counts.failed).toBe(0);
  });

  it('goes on by `campaign resume` after the whole tree was killed at once', async () => {
    const more = await until('another candidate is done', async () => {
      const all = await candidates('first');
      return all.filter(({ state }) => state === 'completed').length >= 2 ? all : undefined;
    });
    finishedBefore = more.filter(({ state }) => state === 'completed');
    stack.killEverything();
    expect((await stack.espalier('status')).code).toBe(5);
    const { code, stdout, stderr } = await stack.espalier('campaign', 'resume', 'first', '--watch', '--json');
    expect(stderr).not.toContain('espalier:');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Campaign).state).toBe('completed');
  });

  it('ends with every candidate done once: none lost, none done again, none counted twice', async () => {
    const all = await candidates('first');
    expect(all.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(all.every(({ state }) => state === 'completed')).toBe(true);
    for (const before of finishedBefore) {
      const after = all.find(({ id }) => id === before.id);
      expect(after?.finishedAt).toBe(before.finishedAt);
      expect(after?.artifact).toBe(before.artifact);
    }
    const events = await stack.get<{ items: { kind: string; candidate: string }[] }>(
      '/v1/campaigns/first/events?limit=1000',
    );
    const completions = events.items
      .filter(({ kind }) => kind === 'candidate-completed')
      .map(({ candidate }) => candidate);
    expect(completions.sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('has the front of its results, and test accuracies for the front alone', async () => {
    const all = await candidates('first');
    const { points, dense } = await stack.get<Front>('/v1/campaigns/first/front');
    const expected = front(all, (each) => [each.energy ?? NaN, -(each.validationAccuracy ?? NaN)]);
    expect(points.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(points.every(({ testAccuracy }) => testAccuracy !== null)).toBe(true);
    expect(all.filter(({ onFront }) => !onFront).every(({ testAccuracy }) => testAccuracy === null)).toBe(true);
    expect(points[0].energy).toBeLessThan(dense?.energy.total ?? 0);
  });

  it('shows a candidate with its energy per layer and level and its lineage', async () => {
    const [{ id, energy }] = (await candidates('first')).slice(-1);
    const detail = await stack.get<CandidateDetail>(`/v1/candidates/${id}`);
    expect(detail.energyReport?.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2']);
    expect(detail.energyReport?.total).toBe(energy);
    expect(detail.lineage.origin).toBe('offspring');
    expect(detail.lineage.parents.length).toBeGreaterThan(0);
  });

  it('gives a pruned model away that answers as it did, in tfjs layers format', async () => {
    const { points } = await stack.get<Front>('/v1/campaigns/first/front');
    const out = join(stack.home, 'exported');
    const { code, stdout } = await stack.espalier('candidate', 'export', points[0].id, '--out', out, '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { validationAccuracy: number }).validationAccuracy).toBeCloseTo(
      points[0].validationAccuracy ?? 0,
      2,
    );
    expect(readdirSync(out).sort()).toEqual(['group1-shard1of1.bin', 'model.json']);
  });

  it('prints its front as table, JSON, CSV and SVG', async () => {
    expect((await stack.espalier('front', 'first')).stdout).toContain('× less');
    expect(JSON.parse((await stack.espalier('front', 'first', '--json')).stdout)).toHaveProperty('points');
    expect((await stack.espalier('front', 'first', '--format', 'csv')).stdout).toMatch(/^candidate,number,/);
    expect((await stack.espalier('front', 'first', '--format', 'svg')).stdout).toMatch(/^<svg/);
  });

  it('is shown on the web page, in a real browser: its front as a plot and a table, and no error', async () => {
    const { points } = await stack.get<Front>('/v1/campaigns/first/front');
    await onWebPage(stack, async (page) => {
      await page.waitForFunction(
        (count) => document.querySelectorAll('#front tbody tr').length === count,
        {},
        points.length,
      );
      expect(await page.$eval('#summary', (element) => element.textContent)).toContain('completed: 8 of 8 done');
      expect(
        await page.$$eval('#front tbody td:first-child', (cells) => cells.map((cell) => Number(cell.textContent))),
      ).toEqual(points.map(({ number }) => number));
      expect(await page.$eval('#plot canvas', (canvas) => canvas.clientWidth)).toBeGreaterThan(100);
    });
  });

  it('that is cancelled stops its training within seconds and keeps what it has', async () => {
    const long = spec('long').replace('[4, 6]', '[900, 1000]');
    await stack.espalier('campaign', 'launch', stack.write('long.yaml', long));
    await until('two candidates run', async () => (await campaign('long')).counts.running === 2);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await stack.espalier('campaign', 'cancel', 'long')).code).toBe(0);
    await until('the campaign is cancelled', async () => (await campaign('long')).state === 'cancelled', 20);
    expect((await candidates('long')).every(({ state }) => state === 'cancelled')).toBe(true);
    expect((await stack.espalier('campaign', 'cancel', 'long')).code).toBe(0);
    expect((await stack.espalier('campaign', 'pause', 'long')).code).toBe(4);
  });

  it('that is paused asks for no more, and goes on when it is resumed', async () => {
    await stack.espalier('campaign', 'launch', stack.write('paused.yaml', spec('paused').replace('[4, 6]', '[1, 1]')));
    await until('a candidate runs', async () => (await campaign('paused')).counts.running > 0);
    expect((await stack.espalier('campaign', 'pause', 'paused')).code).toBe(0);
    await until('those that ran have ended', async () => (await campaign('paused')).counts.running === 0);
    const { counts, state } = await campaign('paused');
    expect(state).toBe('paused');
    expect(counts.completed).toBeLessThan(8);
    const { stdout } = await stack.espalier('campaign', 'resume', 'paused', '--watch', '--json');
    expect((JSON.parse(stdout) as Campaign).counts.completed).toBe(8);
  });

  it('that is paused at once stops where it is, goes on from there, and leaves nothing open when it is cancelled', async () => {
    const long = spec('stopped').replace('[4, 6]', '[900, 1000]');
    await stack.espalier('campaign', 'launch', stack.write('stopped.yaml', long));
    await until('two candidates run', async () => (await campaign('stopped')).counts.running === 2);
    const planned = await stack.espalier('campaign', 'pause', 'stopped', '--now', '--dry-run');
    expect(planned.stderr).toContain('2 candidates of stopped would stop where they are');
    expect((await campaign('stopped')).state).toBe('running');

    expect((await stack.espalier('campaign', 'pause', 'stopped', '--now')).code).toBe(0);
    const paused = await until('both have stopped', async () => {
      const found = await campaign('stopped');
      return found.counts.running === 0 ? found : undefined;
    });
    expect(paused).toMatchObject({ state: 'paused', counts: { pending: 2 } });
    expect((await stack.espalier('campaign', 'resume', 'stopped')).code).toBe(0);
    await until('both run again', async () => (await campaign('stopped')).counts.running === 2);

    await stack.espalier('campaign', 'pause', 'stopped', '--now');
    await until('both have stopped again', async () => (await campaign('stopped')).counts.running === 0);
    expect((await stack.espalier('campaign', 'cancel', 'stopped')).code).toBe(0);
    await until('it is cancelled', async () => (await campaign('stopped')).state === 'cancelled', 20);
    expect((await candidates('stopped')).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });
});

describe('the stack', () => {
  it('describes its API as OpenAPI, from the contracts', async () => {
    type Operation = { requestBody?: unknown; responses: Record<string, unknown> };
    const document = await stack.get<{ paths: Record<string, { post?: Operation }> }>('/openapi.json');
    expect(Object.keys(document.paths)).toContain('/v1/campaigns/{campaign}/front');
    expect(JSON.stringify(document.paths['/v1/campaigns'].post?.requestBody)).toContain('parallelism');
    expect(JSON.stringify(document.paths['/v1/campaigns'].post?.responses.default)).toContain(
      'application/problem+json',
    );
  });

  it('refuses ports that are in use, and says what to do', async () => {
    const other = new StackUnderTest(18_330);
    const { code, stderr } = await other.espalier('up');
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/port \d+ \(for \w+\) is in use by another program: .*--port-base/),
    ]);
    await other.remove();
  });

  it('leaves no process behind when it is stopped', async () => {
    const { supervisor, components } = stack.state();
    const roots = [supervisor.pid, ...Object.values(components).map(({ pid }) => pid)];
    const all = [...roots, ...roots.flatMap(descendants)];
    expect((await stack.espalier('down')).code).toBe(0);
    const alive = all.filter((pid) => isAlive({ pid, startTime: null }));
    expect(alive).toEqual([]);
  });
});

describe('the demo', () => {
  const file = (): string =>
    stack.write('demo.yaml', spec('demo').replace('[4, 6]', '[2, 2]').replace('candidates: 8', 'candidates: 4'));

  it('leaves no process behind on Ctrl-C, and exits with 130', async () => {
    const demo = stack.start('demo', '--file', file());
    await until('a candidate of the demo runs', async () => (await campaign('demo')).counts.running > 0);
    const { supervisor, components } = stack.state();
    const roots = [supervisor.pid, ...Object.values(components).map(({ pid }) => pid)];
    const all = [...roots, ...roots.flatMap(descendants)];
    demo.child.kill('SIGINT');
    expect((await demo.ended).code).toBe(130);
    expect(all.filter((pid) => isAlive({ pid, startTime: null }))).toEqual([]);
  });

  it('goes on where it was when it is run again, and ends with the front and its files', async () => {
    const { code, stdout, stderr } = await stack.espalier('demo', '--file', file());
    expect(code).toBe(0);
    expect(stderr).toContain('Resuming demo');
    expect(stdout).toContain('4 candidates done, 0 diverged, 0 failed');
    expect(readdirSync(join(stack.home, 'results', 'demo')).sort()).toEqual(['front.csv', 'front.json', 'front.svg']);
  });
});
