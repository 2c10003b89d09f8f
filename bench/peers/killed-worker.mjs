// The same search with the same mishap, by Espalier, Optuna and Ray Tune: two workers, one of which
// is killed in the middle of a trial and started again a second later. What became of every trial?
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal, withEachSystem } from './systems.mjs';

/** Fifteen schedules for twenty trials: what has been trained need not be trained again. */
const WORK = { trials: 20, steps: 30, stepSeconds: 0.1, atOnce: 2, density: [0.5, 0.5] };
const KILLED_AFTER_SECONDS = 8;
const STARTED_AGAIN_AFTER_SECONDS = 1;
const LONGEST_SECONDS = 180;

export async function benchKilledWorker() {
  const found = await withEachSystem(WORK, runWithMishap);
  return found.map(([name, course]) => [name, describe(course)]);
}

async function runWithMishap(system, at) {
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
  if (!last || last.time - first < KILLED_AFTER_SECONDS || Math.abs(last.step - WORK.steps / 2) > WORK.steps / 6)
    return undefined;
  process.kill(last.pid, 'SIGKILL');
  return { trial: last.trial, pid: last.pid, time: last.time, at };
}

/** @returns what the journal says of the killed trial and of all */
function describe({ seconds, killed, completed, states, lines }) {
  const again = lines.find(
    ({ trial, time, pid }) => trial === killed.trial && pid !== killed.pid && time > killed.time,
  );
  const finished = lines.filter(({ step }) => step === WORK.steps - 1);
  const twice = finished.length - new Set(finished.map(({ schedule }) => schedule)).size;
  return [
    `${completed} of ${WORK.trials} with a result after ${seconds.toFixed(0)} s`,
    `states at the end: ${Object.entries(states)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
    again
      ? `the killed trial ran again ${(again.time - killed.time).toFixed(1)} s after the kill`
      : 'the killed trial never ran again',
    `${twice} trainings of a schedule that had been trained to its end`,
  ].join('; ');
}
