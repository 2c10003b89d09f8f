// The same search with the same mishap, by Espalier, Optuna and Ray Tune: two workers, one of which is killed in the middle of a
// trial and started again a second later. What became of every trial? A trial is `STEPS` steps that only wait; each writes a line to a
// journal, by which the three are judged alike.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { databaseUrl, portsFrom } from '@espalier/embedded';
import { Supervisor } from '@espalier/embedded/testing';
import { pino } from 'pino';
import { pythonWith } from '../peers-python.mjs';

const PEERS = ['optuna==5.0.0', 'psycopg2-binary', 'ray[tune]==2.60.0'];
const TRIALS = 20;
const STEPS = 30;
const STEP_SECONDS = 0.1;
const KILLED_AFTER_SECONDS = 8;
const STARTED_AGAIN_AFTER_SECONDS = 1;
const LONGEST_SECONDS = 180;
const PORT_BASE = 18_640;

/** How a system is run: what starts one of its workers, and how many of its trials have a result. */
const SYSTEMS = {
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

export async function benchKilledWorker() {
  const home = mkdtempSync(join(tmpdir(), 'espalier-peers-'));
  chmodSync(home, 0o755);
  const ports = portsFrom(PORT_BASE);
  const supervisor = new Supervisor(home, ports, pino({ level: 'silent' }), { workers: 0 });
  await supervisor.start();
  const rows = [];
  try {
    const chosen = process.env.ESPALIER_PEERS?.split(',');
    for (const [name, system] of Object.entries(SYSTEMS)) {
      if (chosen && !chosen.some((each) => name.startsWith(each))) continue;
      const at = {
        ...{
          name: name.toLowerCase().replace(/[^a-z]+/g, '-'),
          ports,
          python: peersPython(),
        },
        ...{ database: databaseUrl(ports.postgres), journal: join(home, `${name}.journal`) },
      };
      writeFileSync(at.journal, '');
      rows.push([name, describe(await runWithMishap(system, at))]);
    }
    return rows;
  } finally {
    await supervisor.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function runWithMishap(system, at) {
  await system.prepare?.(at);
  const began = Date.now();
  const since = () => (Date.now() - began) / 1000;
  const workers = system.isOneProcess ? [system.worker(at)] : [system.worker(at), system.worker(at)];
  let killed;
  try {
    let completed = 0;
    for (let over = false; !over && since() < LONGEST_SECONDS; await sleep(250)) {
      if (!killed) killed = killOne(readJournal(at), since());
      else if (!system.isOneProcess && !killed.again && since() > killed.at + STARTED_AGAIN_AFTER_SECONDS) {
        killed.again = true;
        workers.push(system.worker(at));
      }
      ({ completed, over } = await system.completed(at, workers));
    }
    const seconds = since();
    return { seconds, killed, completed, lines: readJournal(at), states: (await system.completed(at, workers)).states };
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
  }
}

/** Kills the process of a trial that is half done, once the search has been at work for a while. */
function killOne(lines, at) {
  const first = lines[0]?.time;
  const last = lines.at(-1);
  if (!last || last.time - first < KILLED_AFTER_SECONDS || Math.abs(last.step - STEPS / 2) > STEPS / 6)
    return undefined;
  process.kill(last.pid, 'SIGKILL');
  return { trial: last.trial, pid: last.pid, time: last.time, at };
}

/** @returns what the journal says of the killed trial and of all */
function describe({ seconds, killed, completed, states, lines }) {
  const again = lines.find(
    ({ trial, time, pid }) => trial === killed.trial && pid !== killed.pid && time > killed.time,
  );
  const finished = lines.filter(({ step }) => step === STEPS - 1);
  const twice = finished.length - new Set(finished.map(({ schedule }) => schedule)).size;
  return [
    `${completed} of ${TRIALS} with a result after ${seconds.toFixed(0)} s`,
    `states at the end: ${Object.entries(states)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    again
      ? `the killed trial ran again ${(again.time - killed.time).toFixed(1)} s after the kill`
      : 'the killed trial never ran again',
    `${twice} trainings of a schedule that had been trained to its end`,
  ].join('; ');
}

const readJournal = ({ journal }) =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const environment = ({ name, journal, ports, database }) => ({
  ...process.env,
  ...{
    PEER_NAME: name,
    PEER_JOURNAL: journal,
    PEER_DATABASE: database.replace('postgresql://', 'postgresql+psycopg2://'),
  },
  ...{ PEER_TRIALS: String(TRIALS), PEER_STEPS: String(STEPS), PEER_STEP_SECONDS: String(STEP_SECONDS) },
  TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
});

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const node = (script, at) =>
  spawn(process.execPath, [file(script)], { env: environment(at), stdio: ['ignore', 'ignore', 'inherit'] });
const python = (at, script, ...args) =>
  spawn(at.python, [file(script), ...args], { env: environment(at), stdio: ['ignore', 'ignore', 'ignore'] });

/** Fifteen schedules for twenty trials: what has been trained need not be trained again. */
async function launchCampaign({ ports, name }) {
  const body = {
    ...{ name, network: 'lenet-5', data: 'mnist', strategy: { name: 'random', seed: 1 } },
    space: {
      criterion: ['magnitude', 'random', 'taylor', 'snip', 'energy-aware'],
      density: { fc1: [0.5, 0.5] },
      fineTune: { epochs: [1, 3] },
    },
    ...{ budget: { candidates: TRIALS }, parallelism: 2 },
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
  const finished = readJournal(at).filter(({ step }) => step === STEPS - 1);
  const completed = new Set(finished.map(({ trial }) => trial)).size;
  const states = existsSync(`${at.journal}.states`) ? JSON.parse(readFileSync(`${at.journal}.states`, 'utf8')) : {};
  return { completed: Math.min(completed, TRIALS), over: workers.every(isOver), states };
}

const isOver = (worker) => worker.exitCode !== null || worker.signalCode !== null;

/** With the peers' packages; `ESPALIER_PEERS_PYTHON` names another that has them. */
const peersPython = () => process.env.ESPALIER_PEERS_PYTHON ?? pythonWith('killed-worker-peers', PEERS);
