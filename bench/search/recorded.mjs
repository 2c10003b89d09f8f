// Search on evaluations that were recorded once (examples/recorded): hypervolume against the
// seconds of a core that pruning, training and measuring took, with a campaign's own asking,
// telling and rungs over a real store.
import { createHash } from 'node:crypto';
import { CampaignSpecSchema } from '@espalier/contracts';
import { startTestPostgres } from '@espalier/embedded/testing';
import { zooNetwork } from '@espalier/networks';
import { StrategyCache } from '@espalier/orchestrator/strategy-cache';
import {
  proposeCandidates,
  createCampaign,
  openDatabase,
  readFront,
  recordDenseModel,
  recordResult,
  tellCandidates,
} from '@espalier/store';
import { recordedEvaluations } from '../../examples/recorded/recorded-evaluations.mjs';
import { RECORDINGS } from '../recorded/recordings.mjs';
import { mean, over } from '../statistics.mjs';

const SEEDS = Number(process.env.ESPALIER_SEARCH_SEEDS ?? 10);
const CANDIDATES = 200;
const METHODS = {
  nsga2: { strategy: { name: 'nsga2' } },
  random: { strategy: { name: 'random' } },
  frontier: { strategy: { name: 'frontier' } },
  'frontier with rungs': { strategy: { name: 'frontier' }, hasRungs: true },
};

export async function benchRecorded() {
  const postgres = await startTestPostgres();
  const database = openDatabase(postgres.url);
  const rows = [];
  try {
    for (const name of Object.keys(RECORDINGS)) {
      const table = new RecordedNetwork(name);
      rows.push([
        `${name}: error of what is foretold between the grid's points, mean, worst, in points`,
        table.trust(),
      ]);
      const runs = Object.fromEntries(Object.keys(METHODS).map((method) => [method, []]));
      for (let seed = 1; seed <= SEEDS; seed++) {
        for (const method of Object.keys(METHODS)) runs[method].push(await search(database, table, method, seed));
      }
      rows.push(...comparison(name, runs));
    }
  } finally {
    await database.$disconnect();
    await postgres.stop();
  }
  return rows;
}

/** What candidates come to, by the recording in place of a device. */
class RecordedNetwork {
  constructor(name) {
    const { data, layersOf } = RECORDINGS[name];
    this.name = name;
    this.data = data;
    this.recorded = recordedEvaluations(`${name}.csv`);
    this.network = name.slice(0, -data.length - 1);
    const network = zooNetwork(this.network);
    this.layers = this.recorded.parameters.map((parameter) => layersOf(parameter, network));
  }

  spec(method, seed) {
    const { parameters, levels, epochs } = this.recorded;
    const density = Object.fromEntries(
      parameters.flatMap((each, i) => this.layers[i].map((layer) => [layer, [levels[each][0], levels[each].at(-1)]])),
    );
    const tied = this.layers.filter((layers) => layers.length > 1);
    const { strategy, hasRungs } = METHODS[method];
    return CampaignSpecSchema.parse({
      name: `${this.name}-${method.replaceAll(' ', '-')}-${seed}`,
      network: this.network,
      data: this.data,
      space: {
        criterion: ['magnitude'],
        density,
        ...(tied.length > 0 && { tied }),
        fineTune: { epochs: [epochs, epochs] },
      },
      ...(hasRungs && { rungs: { epochs: [0, 1] } }),
      strategy: { ...strategy, seed },
      budget: { candidates: CANDIDATES },
    });
  }

  /**
   * @returns the measurement after so many epochs, and the seconds that it takes from the beginning
   */
  measure({ density }, epoch) {
    const densities = Object.fromEntries(
      this.recorded.parameters.map((each, i) => [each, density[this.layers[i][0]] ?? 1]),
    );
    const { error, seconds } = this.recorded.at(densities, epoch);
    return { measurement: this.measurement(1 - error, density), seconds };
  }

  measurement(accuracy, density = {}) {
    const layers = this.recorded.dense.layers.map(({ name, weights, density: dense }) => {
      const weightsLeft = Math.round(weights * (density[name] ?? 1));
      return { name, weights, weightsLeft, density: { ...dense, weights: weightsLeft / weights } };
    });
    return { split: 'validation', images: 5000, accuracy, loss: 1 - accuracy, profile: { layers } };
  }

  /** How far from what was measured the table is where it had to be read between its points. */
  trust() {
    const { between, epochs, at } = this.recorded;
    const errors = between.map((row) => 100 * Math.abs(1 - row[`accuracy_${epochs}`] - at(row).error));
    if (errors.length === 0) return 'not recorded';
    return `${mean(errors).toFixed(2)}, ${Math.max(...errors).toFixed(2)} (${errors.length} schedules)`;
  }
}

/**
 * One campaign, a candidate at a time. @returns after each result the seconds so far and the
 * front's hypervolume
 */
async function search(database, table, method, seed) {
  const spec = table.spec(method, seed);
  const { id } = await createCampaign(database, spec, null);
  const { accuracy } = table.recorded.dense;
  const dense = table.measurement(accuracy);
  const { network, data } = table;
  const task = { network, data, seed, trainingImages: null };
  await recordDenseModel(database, id, task, model('dense'), dense, { ...dense, split: 'test' });
  const strategies = new StrategyCache();
  const course = [];
  let seconds = 0;
  for (;;) {
    const [asked] = await proposeCandidates(database, id, 1, (told) => strategies.after(id, spec, told));
    if (!asked) return course;
    const { candidateId, schedule, rung } = asked;
    const until = rung?.until ?? table.recorded.epochs;
    const { measurement, seconds: all } = table.measure(schedule, until);
    seconds += all - (rung?.from ? table.measure(schedule, rung.from.bytes - 1).seconds : 0);
    // A model's size says how far it is trained, for the rung after to know what has been done.
    await recordResult(database, id, candidateId, { ...model(candidateId + until), bytes: 1 + until }, measurement);
    await tellCandidates(database, id, [candidateId]);
    course.push({ seconds, hypervolume: (await readFront(database, id)).hypervolume });
  }
}

const model = (name) => ({ artifact: createHash('sha256').update(name).digest('hex'), bytes: 1 });

function comparison(name, runs) {
  const last = (course) => course.at(-1);
  const secondsTo = (course, hypervolume) => course.find((each) => each.hypervolume >= hypervolume)?.seconds;
  const rows = Object.entries(runs).map(([method, courses]) => [
    `${name}: ${method}, hypervolume at the end; seconds of a core`,
    `${over(courses, (course) => last(course).hypervolume, 4)}; ${over(courses, (course) => last(course).seconds, 0)}`,
  ]);
  for (const method of Object.keys(runs).filter((each) => each !== 'nsga2')) {
    const parts = runs[method].map((course, i) => {
      const target = last(runs.nsga2[i]);
      return secondsTo(course, target.hypervolume) / target.seconds;
    });
    const reached = parts.filter((part) => !Number.isNaN(part));
    rows.push([
      `${name}: part of nsga2's time after which ${method} has the hypervolume that nsga2 ends with`,
      reached.length === 0
        ? 'never'
        : `${over(reached, (part) => part, 3)} (${reached.length} of ${parts.length} seeds get there)`,
    ]);
  }
  return rows;
}
