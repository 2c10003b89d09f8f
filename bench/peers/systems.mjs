// Espalier, Optuna and Ray Tune as they are run beside one another: trials of steps that only wait,
// each of which writes a line to a journal, by which all are judged alike.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseUrl, portsFrom } from '@espalier/embedded';
import { Supervisor } from '@espalier/embedded/testing';
import { pino } from 'pino';
import { pythonWith } from '../peers-python.mjs';

const PEERS = ['optuna==5.0.0', 'psycopg2-binary', 'ray[tune]==2.60.0'];
const PORT_BASE = 18_640;

/**
 * How a system is run: what starts one of its workers, and how many of its trials have a result.
 */
export const SYSTEMS = {
  Espalier: {
    worker: (at) => node('espalier-worker.mjs', at),
    prepare: launchCampaign,
    completed: completedOfCampaign,
  },
  'Optuna, as it comes': { worker: (at) => python(at, 'optuna_worker.py'), prepare: prepareStudy, completed: askStudy },
  'Optuna, with heartbeats and retries': {
    worker: (at) => python(at, 'optuna_worker.py', '--heartbeat'),
    prepare: prepareStudy,
    completed: askStudy,
  },
  'Ray Tune, with three failures allowed': {
    isOneProcess: true,
    worker: (at) => python(at, 'ray_worker.py'),
    completed: askRay,
  },
};

/**
 * Runs each system in turn on one stack, and gives what was found of it by its name.
 *
 * @param work { trials, steps, stepSeconds }
 */
export async function withEachSystem(work, run) {
  const home = mkdtempSync(join(tmpdir(), 'espalier-peers-'));
  chmodSync(home, 0o755);
  const ports = portsFrom(PORT_BASE);
  const supervisor = new Supervisor(home, ports, pino({ level: 'silent' }), { workers: 0 });
  await supervisor.start();
  const found = [];
  try {
    const chosen = process.env.ESPALIER_PEERS?.split(',');
    for (const [name, system] of Object.entries(SYSTEMS)) {
      if (chosen && !chosen.some((each) => name.startsWith(each))) continue;
      const at = {
        ...{ name: name.toLowerCase().replace(/[^a-z]+/g, '-'), ports, python: peersPython(), work },
        ...{ database: databaseUrl(ports.postgres), journal: join(home, `${name}.journal`) },
      };
      writeFileSync(at.journal, '');
      await system.prepare?.(at);
      found.push([name, await run(system, at)]);
    }
    return found;
  } finally {
    await supervisor.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

export const readJournal = ({ journal }) =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const environment = ({ name, journal, ports, database, work }) => ({
  ...process.env,
  ...{
    PEER_NAME: name,
    PEER_JOURNAL: journal,
    PEER_DATABASE: database.replace('postgresql://', 'postgresql+psycopg2://'),
  },
  ...{ PEER_TRIALS: String(work.trials), PEER_STEPS: String(work.steps), PEER_STEP_SECONDS: String(work.stepSeconds) },
  ...{ PEER_AT_ONCE: String(work.atOnce) },
  TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
});

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const node = (script, at) =>
  spawn(process.execPath, [file(script)], { env: environment(at), stdio: ['ignore', 'ignore', 'inherit'] });
const python = (at, script, ...args) =>
  spawn(at.python, [file(script), ...args], { env: environment(at), stdio: ['ignore', 'ignore', 'ignore'] });

async function launchCampaign({ ports, name, work }) {
  const body = {
    ...{ name, network: 'lenet-5', data: 'mnist', strategy: { name: 'random', seed: 1 } },
    space: {
      criterion: ['magnitude', 'random', 'taylor', 'snip', 'energy-aware'],
      density: { fc1: work.density },
      fineTune: { epochs: [1, 3] },
    },
    ...{ deviceClass: 'cpu', budget: { candidates: work.trials }, parallelism: work.atOnce },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${ports.api}/v1/campaigns`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function completedOfCampaign({ ports, name }) {
  const { state, counts } = await (await fetch(`http://127.0.0.1:${ports.api}/v1/campaigns/${name}`)).json();
  const states = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { completed: counts.completed, over: state === 'completed', states };
}

function prepareStudy(at) {
  spawnSync(at.python, [file('optuna_worker.py'), '--create'], { env: environment(at), stdio: 'inherit' });
}

/** Over when no worker runs any more: what is left then stays as it is. */
function askStudy(at, workers) {
  const { stdout } = spawnSync(at.python, [file('optuna_worker.py'), '--states'], {
    env: environment(at),
    encoding: 'utf8',
  });
  const states = JSON.parse(stdout);
  return { completed: states.COMPLETE ?? 0, over: workers.every(isOver), states };
}

function askRay(at, workers) {
  const finished = readJournal(at).filter(({ step }) => step === at.work.steps - 1);
  const completed = new Set(finished.map(({ trial }) => trial)).size;
  const states = existsSync(`${at.journal}.states`) ? JSON.parse(readFileSync(`${at.journal}.states`, 'utf8')) : {};
  return { completed: Math.min(completed, at.work.trials), over: workers.every(isOver), states };
}

const isOver = (worker) => worker.exitCode !== null || worker.signalCode !== null;

/** With the peers' packages; `ESPALIER_PEERS_PYTHON` names another that has them. */
const peersPython = () => process.env.ESPALIER_PEERS_PYTHON ?? pythonWith('killed-worker-peers', PEERS);
