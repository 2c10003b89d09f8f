// What each trial takes by itself where there is nothing to train: from one trial to the next on
// one worker, by Espalier, Optuna and Ray Tune. The processes' own start is left out.
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal, withEachSystem } from './systems.mjs';

const TRIALS = 100;
/** Schedules enough for no trial to be answered from another's result. */
const WORK = { trials: TRIALS, steps: 1, stepSeconds: 0, atOnce: 1, density: [0.1, 0.9] };
const LONGEST_SECONDS = 300;

export async function benchSchedulingOverhead() {
  const found = await withEachSystem(WORK, millisecondsATrial);
  return found.map(([name, milliseconds]) => [
    `${name}: milliseconds from one trial to the next, with nothing to train (${TRIALS} trials, one at a time)`,
    milliseconds.toFixed(0),
  ]);
}

async function millisecondsATrial(system, at) {
  const workers = [system.worker(at)];
  try {
    for (const deadline = Date.now() + 1000 * LONGEST_SECONDS; Date.now() < deadline; await sleep(1000)) {
      // How many are done is asked of the journal alone: asking the system would keep it busy.
      if (readJournal(at).length >= TRIALS) break;
    }
    const times = readJournal(at).map(({ time }) => time);
    return (1000 * (times.at(-1) - times[0])) / (times.length - 1);
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
  }
}
