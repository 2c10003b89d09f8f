// Records what schedules of a grid come to when they are really pruned and trained: `node
// bench/recorded/record-evaluations.mjs lenet-5-mnist`. Goes on with what is left when it was
// stopped. Hours on two cores; what it made lies in examples/recorded.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FolderArtifactStore } from '@espalier/artifacts';
import { eyeriss } from '@espalier/energy-model';
import { TrainingJobs } from '@espalier/gpu-worker/training-jobs';
import { importModel } from '@espalier/networks';
import { priceProfile } from '@espalier/pricing';
import { RandomStream } from '@espalier/random';
import { encodeCheckpoint } from '@espalier/training';
import { RECORDINGS } from './recordings.mjs';

/** Images that the chip runs together. */
const BATCH = 16;

const name = process.argv[2];
const recording = RECORDINGS[name];
if (!recording) {
  process.stderr.write(`name a recording: ${Object.keys(RECORDINGS).join(', ')}\n`);
  process.exit(2);
}
const { model, data, levels, layersOf, epochs, imagesPerEpoch, offGrid } = recording;
const root = new URL('../../', import.meta.url);
const file = fileURLToPath(new URL(`examples/recorded/${name}.csv`, root));
const parameters = Object.keys(levels);
const rungs = Array.from({ length: epochs + 1 }, (_, epoch) => epoch);
const header = [
  ...parameters,
  ...rungs.flatMap((epoch) => ['accuracy', 'energy', 'seconds'].map((of) => `${of}_${epoch}`)),
];

const folder = mkdtempSync(join(tmpdir(), 'espalier-recording-'));
const artifacts = new FolderArtifactStore(folder);
const jobs = new TrainingJobs({
  artifacts,
  ledger: ledgerInMemory(),
  dataCache: join(process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier'), 'data'),
  threads: { intraOp: 1, interOp: 1 },
});
const context = { signal: new globalThis.AbortController().signal, progress: () => undefined };
const { network, weights } = await importModel(fileURLToPath(new URL(model, root)));
const started = { network, weights, masks: new Map(), slots: new Map(), epochsDone: 0, stepsIntoEpoch: 0 };
const dense = await artifacts.put(encodeCheckpoint(started));
const task = { network, weights: dense, data, seed: 1, trainingImages: null };
const measured = await evaluate(dense);
const spec = { network, accelerator: 'eyeriss', batch: BATCH };
const energyOf = ({ profile }) => priceProfile(spec, profile).total;
const denseEnergy = energyOf(measured);
if (!existsSync(file)) {
  const { accuracy, profile } = measured;
  appendFileSync(file, `# dense: ${JSON.stringify({ accuracy, layers: profile.layers })}\n${header.join(',')}\n`);
}
const done = new Set(
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(',').slice(0, parameters.length).join(',')),
);

for (const densities of schedules()) {
  if (done.has(parameters.map((each) => densities[each]).join(','))) continue;
  const row = await record(densities);
  appendFileSync(file, `${row.join(',')}\n`);
}
rmSync(folder, { recursive: true });
process.exit(0);

/**
 * All of the grid in a shuffled order, then some between its points, to see how well they are
 * foretold from it.
 */
function schedules() {
  let all = [{}];
  for (const each of parameters)
    all = all.flatMap((before) => levels[each].map((level) => ({ ...before, [each]: level })));
  const random = new RandomStream(1, 0);
  const shuffled = all.map((each) => [random.uniform(), each]).sort(([a], [b]) => a - b);
  const between = Array.from({ length: offGrid }, () =>
    Object.fromEntries(
      parameters.map((each) => {
        const [low, high] = [levels[each][0], levels[each].at(-1)];
        return [each, Number((low * (high / low) ** random.uniform()).toPrecision(4))];
      }),
    ),
  );
  return [...shuffled.map(([, each]) => each), ...between];
}

async function record(densities) {
  const density = Object.fromEntries(
    parameters.flatMap((each) => layersOf(each, network).map((layer) => [layer, densities[each]])),
  );
  const schedule = { criterion: 'magnitude', density, fineTune: { epochs } };
  const request = { task, candidate: globalThis.crypto.randomUUID(), dense, schedule };
  const began = process.cpuUsage();
  const pruned = await jobs.prune({ ...request, accelerator: eyeriss, batch: BATCH }, context);
  let model = pruned.artifact;
  const values = [];
  for (const until of rungs) {
    if (until > 0) {
      const further = { ...request, pruned: pruned.artifact, epochs, until, imagesPerEpoch };
      model = (await jobs.fineTune(further, context)).artifact;
    }
    const measurement = await evaluate(model);
    const { user, system } = process.cpuUsage(began);
    const energy = energyOf(measurement) / denseEnergy;
    values.push(measurement.accuracy, energy.toFixed(5), ((user + system) / 1e6).toFixed(2));
  }
  const left = await artifacts.writtenBefore(new Date(Date.now() + 1000));
  for (const { hash } of left) if (hash !== dense) await artifacts.remove(hash);
  return [...parameters.map((each) => densities[each]), ...values];
}

function evaluate(model) {
  return jobs.evaluate({ task, model, split: 'validation' }, context);
}

/** One process trains, and goes on where it left off. */
function ledgerInMemory() {
  const trainings = new Map();
  const known = (training) => trainings.get(training) ?? [];
  return {
    take: (training) => Promise.resolve({ term: 1, checkpoints: known(training) }),
    known: (training) => Promise.resolve(known(training)),
    record: (training, epoch, { artifact, bytes }) => {
      trainings.set(training, [...known(training), { epoch, artifact, bytes }]);
      return Promise.resolve();
    },
  };
}
