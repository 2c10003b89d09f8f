// How good fronts are after so many evaluations: our strategies, Optuna's and pymoo's on the same
// problems in the same run. ESPALIER_SEARCH_SEEDS and ESPALIER_SEARCH_PROBLEMS make it shorter than
// ten seeds of all.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hypervolume } from '@espalier/pareto';
import { RandomStream } from '@espalier/random';
import { Search } from '@espalier/search';
import { pythonWith } from '../peers-python.mjs';
import { benchSearchTimes } from './times.mjs';
import {
  DTLZ,
  energyOf,
  lossOf,
  lossOfMixed,
  lossWithCliff,
  MIXED,
  PRUNE,
  ZDT,
  ZDT_REFERENCE,
  ZDT_VARIABLES,
} from './problems.mjs';

const PEERS = ['optuna==5.0.0', 'pymoo==0.6.2', 'moocore', 'scipy', 'torch'];
/**
 * `ESPALIER_SEARCH_EVALUATIONS=100,1000,10000` looks later; with
 * ESPALIER_SEARCH_METHODS="nsga2;pymoo NSGA-II" one may choose who gets so far.
 */
const CHECKPOINTS = (process.env.ESPALIER_SEARCH_EVALUATIONS ?? '50,100,200').split(',').map(Number);
const METHODS = process.env.ESPALIER_SEARCH_METHODS?.split(';');
const isChosen = (name) => !METHODS || METHODS.includes(name);
const SEEDS = Number(process.env.ESPALIER_SEARCH_SEEDS ?? 10);
/** It takes most of a second for each ask. */
const GP_SEEDS = Number(process.env.ESPALIER_SEARCH_GP_SEEDS ?? Math.min(SEEDS, 3));

const { prune8 } = PRUNE;
const known = (x) => energyOf(prune8, x);
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
  'prune8-noisy': {
    ...{ variables: 8, reference: [1, 1], constants: prune8, known, noise: 0.02 },
    evaluate: (x) => [lossOf(prune8, x), energyOf(prune8, x)],
  },
  'prune8-cliff': {
    ...{ variables: 8, reference: [1, 1], constants: prune8, known },
    evaluate: (x) => [lossWithCliff(prune8, x), energyOf(prune8, x)],
  },
  'prune8-mixed': {
    ...{ variables: 8, reference: [1, 1], constants: prune8, known, others: MIXED },
    evaluate: (x, others) => [lossOfMixed(prune8, { x, ...others }), energyOf(prune8, x)],
    check: { kind: 'strong', strength: 0.4, epochs: 2 },
  },
  ...Object.fromEntries(
    Object.entries(ZDT).map(([name, evaluate]) => [
      name,
      { variables: ZDT_VARIABLES, reference: ZDT_REFERENCE[name], evaluate },
    ]),
  ),
  ...DTLZ,
};

/**
 * What is known beforehand: of `densities`, which parameters are, and that the first objective is a
 * share; of `energy`, the second too.
 */
const OURS = {
  'frontier, energy known': { strategy: 'frontier', knows: 'energy' },
  'frontier, energy known, 8 in flight': { strategy: 'frontier', knows: 'energy', inFlight: 8 },
  'frontier, densities told': { strategy: 'frontier', knows: 'densities' },
  'frontier, densities told, 8 in flight': { strategy: 'frontier', knows: 'densities', inFlight: 8 },
  'frontier, black box': { strategy: 'frontier' },
  'frontier, black box, 8 in flight': { strategy: 'frontier', inFlight: 8 },
  motpe: { strategy: 'motpe' },
  nsga2: { strategy: 'nsga2' },
  'sms-emoa': { strategy: 'sms-emoa' },
  local: { strategy: 'local', knows: 'energy' },
  eap: { strategy: 'eap', knows: 'energy' },
  sobol: { strategy: 'sobol' },
  random: { strategy: 'random' },
};
/** They draw nothing, so that one seed says all. */
const DRAW_NOTHING = ['local', 'eap'];
const THEIRS = process.env.NO_PEERS ? [] : ['Optuna GPSampler', 'Optuna TPE', 'Optuna NSGA-II', 'pymoo NSGA-II'];

export async function benchSearch() {
  // Of a part, times are not asked for.
  const rows = process.env.ESPALIER_SEARCH_PROBLEMS ? [] : benchSearchTimes(peersPython());
  const peers = new Peers();
  // It takes long: each is told when it is done.
  const add = (what, runs) => {
    rows.push([what, summary(runs)]);
    process.stderr.write(`${what}: ${summary(runs)}\n`);
  };
  const chosen = process.env.ESPALIER_SEARCH_PROBLEMS?.split(',') ?? Object.keys(PROBLEMS);
  for (const name of chosen) {
    const problem = PROBLEMS[name];
    for (const [method, how] of Object.entries(OURS).filter(([method]) => isChosen(method))) {
      if (how.knows && !problem.known) continue;
      const runs = seeds(DRAW_NOTHING.includes(how.strategy) ? 1 : SEEDS).map((seed) =>
        searchOurselves(problem, how, seed),
      );
      add(`${name}: ${method}`, runs);
    }
    for (const method of THEIRS.filter(isChosen)) {
      if (problem.others && method.includes('pymoo')) continue;
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

function searchOurselves(problem, { strategy, knows, inFlight = 1 }, seed) {
  const names = Array.from({ length: problem.variables }, (_, i) => `x${String(i).padStart(3, '0')}`);
  const space = {
    ...Object.fromEntries(names.map((name) => [name, { low: 0, high: 1, density: knows !== undefined }])),
    ...problem.others,
  };
  const pointOf = (parameters) => names.map((name) => parameters[name]);
  const search = new Search(
    { space, strategy, seed, reference: problem.reference, share: knows !== undefined },
    knows === 'energy' ? (parameters) => problem.known(pointOf(parameters)) : undefined,
  );
  const random = new RandomStream(seed, 0);
  const results = [];
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
    // What is found is judged by what it is, also where it is told with noise.
    const [first, ...others] = problem.evaluate(pointOf(parameters), parameters);
    results.push([first, ...others]);
    search.tell(number, [first + (problem.noise ?? 0) * random.normal(), ...others]);
    if (CHECKPOINTS.includes(++told)) volumes.push(hypervolume(results, problem.reference));
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

  async search(name, { variables, reference, constants, evaluate, noise = 0, check }, method, seed) {
    const task = { problem: name, method, variables, reference, seed, noise, evaluations: CHECKPOINTS.at(-1) };
    this.#process.stdin.write(
      `${JSON.stringify({ ...task, checkpoints: CHECKPOINTS, ...(constants && { constants }) })}\n`,
    );
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the peers have ended');
    const answer = JSON.parse(value);
    const ours = evaluate(
      Array.from({ length: variables }, (_, i) => 0.3 + 0.4 * (i % 2)),
      check,
    );
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
