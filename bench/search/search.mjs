// How good fronts are after so many evaluations: our strategies, Optuna's and pymoo's on the same problems in the same run.
// ESPALIER_SEARCH_SEEDS and ESPALIER_SEARCH_PROBLEMS make it shorter than ten seeds of all.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Search } from '@espalier/search';
import { pythonWith } from '../peers-python.mjs';
import { benchSearchTimes } from './times.mjs';
import { energyOf, lossOf, PRUNE, ZDT, ZDT_REFERENCE, ZDT_VARIABLES } from './problems.mjs';

const PEERS = ['optuna==5.0.0', 'pymoo==0.6.2', 'moocore', 'scipy', 'torch'];
const CHECKPOINTS = [50, 100, 200];
const SEEDS = Number(process.env.ESPALIER_SEARCH_SEEDS ?? 10);
/** It takes most of a second for each ask. */
const GP_SEEDS = Number(process.env.ESPALIER_SEARCH_GP_SEEDS ?? Math.min(SEEDS, 3));

const PROBLEMS = {
  ...Object.fromEntries(
    Object.entries(PRUNE).map(([name, constants]) => [
      name,
      {
        ...{ variables: constants.e.length, reference: [1, 1], constants },
        evaluate: (x) => [lossOf(constants, x), energyOf(constants, x)],
        known: (x) => energyOf(constants, x),
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ZDT).map(([name, evaluate]) => [
      name,
      { variables: ZDT_VARIABLES, reference: ZDT_REFERENCE[name], evaluate },
    ]),
  ),
};

const OURS = {
  'frontier, energy known': { strategy: 'frontier', isTold: true },
  'frontier, energy known, 8 in flight': { strategy: 'frontier', isTold: true, inFlight: 8 },
  'frontier, black box': { strategy: 'frontier' },
  'frontier, black box, 8 in flight': { strategy: 'frontier', inFlight: 8 },
  nsga2: { strategy: 'nsga2' },
  random: { strategy: 'random' },
};
const THEIRS = process.env.NO_PEERS ? [] : ['Optuna GPSampler', 'Optuna TPE', 'Optuna NSGA-II', 'pymoo NSGA-II'];

export async function benchSearch() {
  const rows = benchSearchTimes(peersPython());
  const peers = new Peers();
  // It takes long: each is told when it is done.
  const add = (what, runs) => {
    rows.push([what, summary(runs)]);
    process.stderr.write(`${what}: ${summary(runs)}\n`);
  };
  const chosen = process.env.ESPALIER_SEARCH_PROBLEMS?.split(',') ?? Object.keys(PROBLEMS);
  for (const name of chosen) {
    const problem = PROBLEMS[name];
    for (const [method, how] of Object.entries(OURS)) {
      if (how.isTold && !problem.known) continue;
      const runs = seeds(SEEDS).map((seed) => searchOurselves(problem, how, seed));
      add(`${name}: ${method}`, runs);
    }
    for (const method of THEIRS) {
      const runs = [];
      for (const seed of seeds(method.includes('GP') ? GP_SEEDS : SEEDS))
        runs.push(await peers.search(name, problem, method, seed));
      add(`${name}: ${method}`, runs);
    }
  }
  peers.close();
  return rows;
}

const seeds = (count) => Array.from({ length: count }, (_, i) => i + 1);

function searchOurselves(problem, { strategy, isTold = false, inFlight = 1 }, seed) {
  const names = Array.from({ length: problem.variables }, (_, i) => `x${String(i).padStart(3, '0')}`);
  const space = Object.fromEntries(names.map((name) => [name, { low: 0, high: 1, density: isTold }]));
  const pointOf = (parameters) => names.map((name) => parameters[name]);
  const search = new Search(
    { space, strategy, seed, reference: problem.reference, share: isTold },
    isTold ? (parameters) => problem.known(pointOf(parameters)) : undefined,
  );
  const volumes = [];
  const asks = [];
  const underWay = [];
  const last = CHECKPOINTS.at(-1);
  for (let told = 0; told < last;) {
    while (underWay.length < Math.min(inFlight, last - told)) {
      const began = performance.now();
      underWay.push(search.ask());
      asks.push((performance.now() - began) / 1000);
    }
    const { number, parameters } = underWay.shift();
    search.tell(number, problem.evaluate(pointOf(parameters)));
    if (CHECKPOINTS.includes(++told)) volumes.push(search.hypervolume);
  }
  return { volumes, askSeconds: average(asks.slice(-20)), seeds: 1 };
}

function summary(runs) {
  const volumes = CHECKPOINTS.map((count, k) => {
    const each = runs.map(({ volumes: of }) => of[k]);
    return `${count}: ${average(each).toFixed(4)} ± ${deviation(each).toFixed(4)}`;
  });
  const asks = runs.map(({ askSeconds }) => askSeconds).filter((each) => each !== null);
  const ask = asks.length > 0 ? `; ask at ${CHECKPOINTS.at(-1)}: ${(1000 * average(asks)).toFixed(0)} ms` : '';
  return `${volumes.join(', ')}${ask}; ${runs.length} seeds`;
}

const average = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const deviation = (values) => Math.sqrt(average(values.map((each) => (each - average(values)) ** 2)));

/** The peers' script, which is asked line by line. */
class Peers {
  #process = spawn(peersPython(), [fileURLToPath(new URL('peers.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  #answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();

  async search(name, { variables, reference, constants, evaluate }, method, seed) {
    const task = { problem: name, method, variables, reference, seed, evaluations: CHECKPOINTS.at(-1) };
    this.#process.stdin.write(
      `${JSON.stringify({ ...task, checkpoints: CHECKPOINTS, ...(constants && { constants }) })}\n`,
    );
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the peers have ended');
    const answer = JSON.parse(value);
    const ours = evaluate(Array.from({ length: variables }, (_, i) => 0.3 + 0.4 * (i % 2)));
    if (ours.some((each, k) => Math.abs(each - answer.check[k]) > 1e-9))
      throw new Error(`${name} is another problem there`);
    return answer;
  }

  close() {
    this.#process.stdin.end();
  }
}

/** With the peers' packages; `ESPALIER_PEERS_PYTHON` names another that has them. */
const peersPython = () => process.env.ESPALIER_PEERS_PYTHON ?? pythonWith('search-peers', PEERS);
