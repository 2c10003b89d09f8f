import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Campaign, Candidate, CheckpointReference, Worker } from '@espalier/contracts';
import { cacheFolder } from '@espalier/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StackUnderTest, until } from './stack-under-test.js';

const stack = new StackUnderTest(18_560);
const spec = `
name: handed-over
network: lenet-5
data: mnist
space:
  criterion: [magnitude]
  density: { fc1: [0.1, 0.5] }
  fineTune: { epochs: [1, 1], distillation: [0.5, 0.5] } # with a teacher, for a training that lasts
strategy: { name: random, seed: 6 }
budget: { candidates: 1 }
`;
const workers = async (): Promise<Worker[]> => (await stack.get<{ items: Worker[] }>('/v1/workers')).items;
const candidates = async (): Promise<Candidate[]> =>
  (await stack.get<{ items: Candidate[] }>('/v1/campaigns/handed-over/candidates')).items;

/**
 * When the commands before have run: they take as long as a good part of the training, which is to
 * be told to stop before its end.
 */
async function launch(): Promise<void> {
  // A model of the user's own, so that there is no dense training to wait for.
  const model = fileURLToPath(new URL('../examples/models/lenet-5-mnist.keras', import.meta.url));
  const file = stack.write('handed-over.yaml', spec.replace('network: lenet-5', `network: ${model}`));
  const { code, stderr } = await stack.espalier('campaign', 'launch', file);
  expect([code, stderr]).toEqual([0, expect.stringContaining('campaign handed-over is')]);
}

let another: ChildProcess | undefined;
beforeAll(async () => {
  expect((await stack.espalier('up')).code).toBe(0);
});
afterAll(async () => {
  another?.kill('SIGKILL');
  await stack.remove();
});

describe('a worker', () => {
  it('says that it is ready, and how many jobs it runs', async () => {
    const [{ id }] = await until('the worker is there', async () => {
      const all = await workers();
      return all[0]?.state === 'ready' && all;
    });
    const { stdout } = await stack.espalier('worker', 'list');
    expect(stdout).toContain(id);
    expect(stdout).toContain('ready');
    await launch();
    const [worker] = await until('the worker is busy', async () => {
      const all = await workers();
      return all[0]?.busy === 1 && all;
    });
    expect(worker).toMatchObject({ id, state: 'ready', reason: null });
  });

  it('that is drained hands back its work with a checkpoint in mid-epoch, and takes no more', async () => {
    const [candidate] = await until('a training is under way', async () => {
      const all = await candidates();
      const log = readFileSync(join(stack.home, 'logs', 'worker.log'), 'utf8');
      return log.includes('fineTune begins') && all;
    });
    const [{ id }] = await workers();
    const planned = await stack.espalier('worker', 'drain', id, '--dry-run');
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining('would hand back 1 jobs')]);
    expect((await stack.espalier('worker', 'drain', id)).code).toBe(0);
    const drained = await until('it is drained', async () => {
      const found = (await workers()).find((worker) => worker.id === id);
      return found?.state === 'drained' && found;
    });
    expect(drained).toMatchObject({ busy: 0, reason: 'it was asked to hand back its work' });
    const { items } = await stack.get<{ items: CheckpointReference[] }>(
      `/v1/trainings/candidate-${candidate.id}/checkpoints`,
    );
    expect(items.map(({ epoch }) => epoch)).toEqual([1]);
    const unknown = await stack.espalier('worker', 'drain', 'nobody', '--dry-run');
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining('nobody')]);
  });

  it('that takes no work leaves none that does: who watches is told what the campaign waits for', async () => {
    const { child, ended } = stack.start('campaign', 'watch', 'handed-over');
    let shown = '';
    child.stderr?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await until('it says what it waits for', () =>
      Promise.resolve(/no worker takes work.*it was asked to hand back its work/.test(shown)),
    );
    child.kill('SIGINT');
    await ended;
  });

  it('another takes up what was handed back, from there: what was pruned is not pruned again', async () => {
    const { ports } = stack.state();
    let log = '';
    another = spawn(process.execPath, [fileURLToPath(new URL('../apps/gpu-worker/dist/main.js', import.meta.url))], {
      env: {
        ...stack.env,
        TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
        ESPALIER_API_URL: stack.api,
        ESPALIER_ARTIFACTS: join(stack.home, 'artifacts'),
        ESPALIER_CACHE: cacheFolder(),
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    another.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await until('the campaign is done', async () => {
      const { state } = await stack.get<Campaign>('/v1/campaigns/handed-over');
      return state === 'completed';
    });
    expect((await candidates()).map(({ state }) => state)).toEqual(['completed']);
    expect(log).toMatch(/prune was done by an attempt before.*fineTune begins.*evaluate done/s);
    expect(log).not.toContain('prune begins');
  });

  it('that nobody knows cannot be drained', async () => {
    const { code, stderr } = await stack.espalier('worker', 'drain', 'nobody');
    expect([code, stderr]).toEqual([3, expect.stringContaining("there is no worker 'nobody'")]);
  });
});

describe('figures for Prometheus', () => {
  it('are all that the alerts and the Grafana dashboard ask for', async () => {
    const text = await (await fetch(`${stack.api}/metrics`)).text();
    const told = new Set([...text.matchAll(/^(espalier_\w+)/gm)].map(([name]) => name));
    const files = ['../infra/prometheus/alerts.yaml', '../infra/grafana/espalier.json'];
    for (const file of files) {
      const asked = readFileSync(new URL(file, import.meta.url), 'utf8').match(/espalier_\w+/g) ?? [];
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.filter((name) => !told.has(name))).toEqual([]);
    }
    expect(text).toContain('espalier_candidates{campaign="handed-over",state="completed"} 1');
    expect(text).toMatch(/espalier_device_seconds_total\{campaign="handed-over"\} [1-9]/);
  });

  it('have an entry in the runbook for each alert', () => {
    const alerts = readFileSync(new URL('../infra/prometheus/alerts.yaml', import.meta.url), 'utf8');
    const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
    const names = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !runbook.includes(`## ${name}\n`))).toEqual([]);
  });
});

describe('a campaign that names no class of device', () => {
  const launched = async (name: string): Promise<void> => {
    const file = stack.write(`${name}.yaml`, spec.replace('name: handed-over', `name: ${name}`));
    expect((await stack.espalier('campaign', 'launch', file)).code).toBe(0);
  };
  const stateOf = async (name: string): Promise<string> => (await stack.get<Campaign>(`/v1/campaigns/${name}`)).state;

  it('waits for a worker, and can be cancelled meanwhile', async () => {
    another?.kill('SIGSTOP');
    await until('no worker is there', async () => !(await workers()).some(({ state }) => state === 'ready'));
    await launched('without-a-worker');
    await until('it runs', async () => (await stateOf('without-a-worker')) === 'running');
    expect((await stack.espalier('campaign', 'cancel', 'without-a-worker')).code).toBe(0);
    await until('it is cancelled', async () => (await stateOf('without-a-worker')) === 'cancelled');

    await launched('before-its-worker');
    await until('it runs', async () => (await stateOf('before-its-worker')) === 'running');
    another?.kill('SIGCONT');
    await until('the worker trains for it', async () => (await workers()).some(({ busy }) => busy > 0));
    expect((await stack.espalier('campaign', 'cancel', 'before-its-worker')).code).toBe(0);
    await until('it is cancelled', async () => (await stateOf('before-its-worker')) === 'cancelled');
  });
});
