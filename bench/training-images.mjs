// Images a second in training and evaluation: our compiled graph, and Keras's compiled fit and
// evaluate of the same model on the same wheel and device, in turns. SGD with momentum.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataSet } from '@espalier/datasets';
import { exportKerasArchive, weightedLayers, zooNetwork } from '@espalier/networks';
import { fit, initialWeights, TrainableNetwork } from '@espalier/training';
import { tensorflowFlavour, tensorflowRequirement } from '../setup/tensorflow.mjs';
import { pythonWith } from './peers-python.mjs';

/** Keras's own speed may differ by a factor of two from one process to the next. */
const ROUNDS = 5;
const WORKLOADS = [
  { name: 'lenet-5', data: 'mnist', images: 12_800, batch: 64 },
  { name: 'resnet-20', data: 'cifar-10', images: 2_560, batch: 128 },
];
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');

export async function benchTrainingImages() {
  const python = pythonWith(`keras-for-bench-${tensorflowFlavour()}`, [tensorflowRequirement()]);
  const rows = [];
  for (const workload of WORKLOADS) rows.push(...(await compare(workload, python)));
  return rows;
}

async function compare({ name, data, images, batch }, python) {
  const network = zooNetwork(name);
  const { training } = await loadDataSet(data, join(cache, 'data'), null);
  const part = { ...training, count: images };
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  const [model, packed] = [join(folder, 'model.keras'), join(folder, 'images')];
  writeFileSync(model, await exportKerasArchive(network, initialWeights(network, 1)));
  writeFileSync(
    packed,
    Buffer.concat([
      training.images.gather(Array.from({ length: images }, (_, i) => i)),
      training.labels.subarray(0, images),
    ]),
  );
  const ours = [];
  const masked = [];
  const keras = [];
  const tuned = [];
  const theirs = (environment) => runKeras(python, [model, packed, String(images), String(batch)], environment);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await compiled(network, part, batch, new Map()));
    keras.push(theirs({}));
    masked.push(await compiled(network, part, batch, halfMasks(network)));
    tuned.push(theirs({ TF_ENABLE_ONEDNN_OPTS: '1' }));
  }
  rmSync(folder, { recursive: true });
  const middle = (results, what) => median(results.map((result) => result[what]));
  const rate = (results, what) => {
    const sorted = results.map((result) => Math.round(result[what])).sort((x, y) => x - y);
    return `${median(sorted)} (${sorted[0]} to ${sorted.at(-1)})`;
  };
  const ratio = (a, b) => (a / b).toFixed(2);
  const of = (results) => ({ training: middle(results, 'training'), evaluation: middle(results, 'evaluation') });
  const [a, b, k, t] = [ours, masked, keras, tuned].map(of);
  return [
    [`${name}, batch ${batch}: training, images a second`, rate(ours, 'training')],
    [`${name}: the same with half of the weights masked, as a part of it`, ratio(b.training, a.training)],
    [`${name}: Keras 3 fit, images a second`, rate(keras, 'training')],
    [`${name}: the same with its oneDNN kernels turned on too`, rate(tuned, 'training')],
    [`${name}: training / Keras`, ratio(a.training, k.training)],
    [`${name}: training / Keras with them`, ratio(a.training, t.training)],
    [`${name}: evaluation, images a second`, rate(ours, 'evaluation')],
    [`${name}: Keras 3 evaluate, images a second`, rate(keras, 'evaluation')],
    [`${name}: the same with its oneDNN kernels turned on too`, rate(tuned, 'evaluation')],
    [`${name}: evaluation / Keras`, ratio(a.evaluation, k.evaluation)],
    [`${name}: evaluation / Keras with them`, ratio(a.evaluation, t.evaluation)],
  ];
}

function halfMasks(network) {
  return new Map(
    weightedLayers(network).map(({ name, kernelShape }) => {
      const size = kernelShape.reduce((product, each) => product * each, 1);
      return [name, Float32Array.from({ length: size }, (_, i) => i % 2)];
    }),
  );
}

async function compiled(network, part, batchSize, masks) {
  const trainable = new TrainableNetwork(network);
  await trainable.load({ weights: initialWeights(network, 1), masks, slots: new Map() });
  const options = {
    batchSize,
    imagesPerEpoch: part.count,
    optimizer: 'sgd',
    learningRate: { name: 'cosine', peak: 0.01 },
    seed: 1,
  };
  const second = async (work) => {
    // The first includes TensorFlow's optimising of the graph.
    await work(0);
    const start = performance.now();
    await work(1);
    return (1000 * part.count) / (performance.now() - start);
  };
  const training = await second((epochsDone) =>
    fit(trainable, part, { ...options, epochs: epochsDone + 1, start: { epochsDone, stepsIntoEpoch: 0 } }),
  );
  const evaluation = await second(() => trainable.measure(part, 'validation'));
  trainable.close();
  return { training, evaluation };
}

function runKeras(python, args, environment) {
  const script = fileURLToPath(new URL('keras_training.py', import.meta.url));
  // What our own process has set for itself is not for Keras: it starts with its own defaults.
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  delete env.TF_ENABLE_ONEDNN_OPTS;
  delete env.TF_DETERMINISTIC_OPS;
  Object.assign(env, environment);
  const { stdout } = run(python, [script, ...args], env);
  const [training, evaluation] = stdout.trim().split('\n').slice(-2).map(Number);
  return { training, evaluation };
}

function run(command, args, env = process.env) {
  const result = spawnSync(command, args, { encoding: 'utf8', env });
  if (result.status !== 0) throw new Error(`${command} ${args[0]}: ${result.stderr}`);
  return result;
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
