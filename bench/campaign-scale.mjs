// One campaign of many candidates that take no training, on the embedded stack: how fast candidates
// go through, whether the last go through as fast as the first, and what of it is Temporal's; then
// ten campaigns side by side. ESPALIER_SCALE_CANDIDATES makes it shorter than 20,000.
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { campaignWorkflowId, deviceQueue } from '@espalier/contracts';
import { databaseUrl, portsFrom } from '@espalier/embedded';
import { Supervisor } from '@espalier/embedded/testing';
import { openDatabase } from '@espalier/store';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { pino } from 'pino';

const CANDIDATES = Number(process.env.ESPALIER_SCALE_CANDIDATES ?? 20_000);
const IN_FLIGHT = 200;
const SIDE_BY_SIDE = 10;
const NO_OPS = 400;
/** That an accuracy is a share of. */
const IMAGES = 5_000;
const LAYERS = { conv1: 500, conv2: 25_000, fc1: 400_000, fc2: 5_000 };
const PORT_BASE = 18_600;

export async function benchCampaignScale() {
  const home = mkdtempSync(join(tmpdir(), 'espalier-scale-'));
  chmodSync(home, 0o755);
  const ports = portsFrom(PORT_BASE);
  const supervisor = new Supervisor(home, ports, pino({ level: 'silent' }), { workers: 0 });
  await supervisor.start();
  const address = `127.0.0.1:${ports.temporal}`;
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection: await Connection.connect({ address }) });
  const database = openDatabase(databaseUrl(ports.postgres));
  const workers = [
    await Worker.create({
      connection,
      taskQueue: deviceQueue('cpu'),
      activities: syntheticTraining(),
      maxConcurrentActivityTaskExecutions: IN_FLIGHT,
    }),
    await Worker.create({
      connection,
      taskQueue: 'no-op',
      workflowsPath: fileURLToPath(new URL('no-op-workflow.mjs', import.meta.url)),
      activities: { noOp: () => Promise.resolve(null) },
      maxConcurrentActivityTaskExecutions: IN_FLIGHT,
    }),
  ];
  const running = workers.map((worker) => worker.run());
  try {
    const noOps = await workflowsASecond(client, 'sixNoOps');
    const least = await workflowsASecond(client, 'oneNoOp');
    const api = `http://127.0.0.1:${ports.api}`;
    const campaign = await launch(api, 'scale', CANDIDATES, IN_FLIGHT);
    const seen = await follow(database, api, join(home, 'stack.json'), campaign);
    const { historyLength } = await client.workflow.getHandle(campaignWorkflowId(campaign.id)).describe();
    const rate = CANDIDATES / seen.seconds;
    const beside = await sideBySide(api, join(home, 'stack.json'));
    return [
      [
        `candidates without training, ${CANDIDATES}, ${IN_FLIGHT} in flight: a second, from end to end`,
        rate.toFixed(1),
      ],
      ['the same in the first and in the last tenth', `${seen.first.toFixed(1)}, ${seen.last.toFixed(1)}`],
      [
        'workflows of six no-op activities a second on the same Temporal, alone; candidates / these',
        `${noOps.toFixed(1)}; ${(rate / noOps).toFixed(2)}`,
      ],
      [
        'workflows of one no-op activity a second; candidates / these',
        `${least.toFixed(1)}; ${(rate / least).toFixed(2)}`,
      ],
      ['from a result in the store to the API that shows it: median, 95th percentile', seen.latencies],
      ["milliseconds of a core that a candidate takes of Temporal's, the orchestrator's", seen.cores],
      ["orchestrator's memory after a tenth and at the end, MB", `${seen.memory[0]}, ${seen.memory[1]}`],
      ["events in the last history of the campaign's workflow", String(historyLength)],
      [
        `${SIDE_BY_SIDE} campaigns side by side, ${CANDIDATES} candidates in all: a second; the first ends after, the last, s`,
        `${(CANDIDATES / beside.ends.at(-1)).toFixed(1)}; ${beside.ends[0].toFixed(0)}, ${beside.ends.at(-1).toFixed(0)}`,
      ],
      ["the same: milliseconds of a core that a candidate takes of Temporal's, the orchestrator's", beside.cores],
    ];
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await client.connection.close();
    await connection.close();
    await database.$disconnect();
    await supervisor.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** What a worker does, without doing it: accuracy falls with what is pruned, by a formula. */
function syntheticTraining() {
  const model = (name) => ({ artifact: createHash('sha256').update(name).digest('hex'), bytes: 1 });
  const measured = (split, density) => {
    const layers = Object.entries(LAYERS).map(([name, weights]) => ({
      name,
      weights,
      weightsLeft: Math.round(weights * (density[name] ?? 1)),
      density: { weights: density[name] ?? 1, inputs: 0.5, outputs: 0.5 },
    }));
    const lost = Object.values(density).reduce((sum, kept) => sum + (1 - kept) ** 4 / 8, 0);
    return {
      split,
      images: IMAGES,
      accuracy: Math.round(IMAGES * (0.99 - lost)) / IMAGES,
      loss: lost,
      profile: { layers },
    };
  };
  return {
    trainDense: () => Promise.resolve(model('dense')),
    pruneAndTrain: ({ candidate, schedule: { density } }) =>
      Promise.resolve({ model: model(candidate), measurement: measured('validation', density) }),
    evaluate: ({ split }) => Promise.resolve(measured(split, {})),
  };
}

/** @returns when each campaign ended, in seconds, the first first */
async function sideBySide(api, stateFile) {
  const began = Date.now();
  const before = secondsOfCores(stateFile);
  const ends = Array.from({ length: SIDE_BY_SIDE }, async (_, i) => {
    const { id } = await launch(api, `beside-${i + 1}`, CANDIDATES / SIDE_BY_SIDE, IN_FLIGHT / SIDE_BY_SIDE);
    for (;;) {
      const { state } = await (await fetch(`${api}/v1/campaigns/${id}`)).json();
      if (state === 'completed') return (Date.now() - began) / 1000;
      if (state === 'failed') throw new Error(`campaign ${i + 1} of ${SIDE_BY_SIDE} has failed`);
      await sleep(1000);
    }
  });
  return {
    ends: (await Promise.all(ends)).sort((a, b) => a - b),
    cores: coresSince(before, stateFile, CANDIDATES),
  };
}

async function launch(api, name, candidates, parallelism) {
  const response = await fetch(`${api}/v1/campaigns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      network: 'lenet-5',
      data: 'mnist',
      space: { density: Object.fromEntries(Object.keys(LAYERS).map((layer) => [layer, [0.02, 1]])) },
      // It takes next to nothing to ask, so that what is measured is the rest.
      strategy: { name: 'nsga2', seed: seedOf(name) },
      deviceClass: 'cpu',
      budget: { candidates },
      parallelism,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

async function follow(database, api, stateFile, campaign) {
  const began = Date.now();
  const before = secondsOfCores(stateFile);
  const marks = [];
  const latencies = [];
  let memory;
  for (;;) {
    const done = await database.candidate.count({ where: { campaignId: campaign.id, state: 'completed' } });
    marks.push([done, Date.now() - began]);
    if (done >= CANDIDATES) break;
    memory ??= done >= CANDIDATES / 10 ? orchestratorMegabytes(stateFile) : undefined;
    if (done > 0) latencies.push(await latency(database, api, campaign.id));
    await sleep(1000);
  }
  const timeOf = (count) => marks.find(([done]) => done >= count)[1];
  const rateBetween = (from, to) => (1000 * (to - from)) / (timeOf(to) - timeOf(from));
  latencies.sort((a, b) => a - b);
  return {
    seconds: timeOf(CANDIDATES) / 1000,
    first: rateBetween(0.05 * CANDIDATES, 0.15 * CANDIDATES),
    last: rateBetween(0.85 * CANDIDATES, 0.95 * CANDIDATES),
    cores: coresSince(before, stateFile, CANDIDATES),
    memory: [memory, orchestratorMegabytes(stateFile)],
    latencies: [0.5, 0.95].map((part) => `${latencies[Math.floor(part * latencies.length)]} ms`).join(', '),
  };
}

/** Campaigns of one seed would be given each other's results. */
const seedOf = (name) => 1 + [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1e6, 0);

/** From the newest result's time to the API's answer with it. */
async function latency(database, api, campaignId) {
  const newest = await database.candidate.findFirst({
    where: { campaignId, state: 'completed' },
    orderBy: { finishedAt: 'desc' },
    select: { id: true, finishedAt: true },
  });
  await (await fetch(`${api}/v1/campaigns/${campaignId}/front`)).json();
  return Date.now() - newest.finishedAt.getTime();
}

/**
 * What the system has given Temporal and the orchestrator so far; it counts in hundredths of a
 * second.
 */
function secondsOfCores(stateFile) {
  const { components } = JSON.parse(readFileSync(stateFile, 'utf8'));
  return [components.temporal, components.orchestrator].map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  });
}

const coresSince = (before, stateFile, candidates) =>
  secondsOfCores(stateFile)
    .map((seconds, i) => ((1000 * (seconds - before[i])) / candidates).toFixed(1))
    .join(', ');

function orchestratorMegabytes(stateFile) {
  const { pid } = JSON.parse(readFileSync(stateFile, 'utf8')).components.orchestrator;
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kilobytes) / 1024);
}

async function workflowsASecond(client, workflow) {
  let next = 0;
  const began = Date.now();
  const runSome = async () => {
    while (next < NO_OPS) {
      const workflowId = `${workflow}-${next++}`;
      await client.workflow.execute(workflow, { workflowId, taskQueue: 'no-op' });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, runSome));
  return (1000 * NO_OPS) / (Date.now() - began);
}
