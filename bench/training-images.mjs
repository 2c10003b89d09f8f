// Training images a second: our compiled graph, tfjs one operation at a time, and Keras's compiled fit on the same wheel and
// cores, in turns. LeNet-5 (20-50-500), batch 64, SGD with momentum.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataSet } from '@espalier/datasets';
import { zooNetwork } from '@espalier/networks';
import { fit, initialWeights, TrainableNetwork } from '@espalier/training';

const ROUNDS = 3;
const IMAGES = 12_800;
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');

export async function benchTrainingImages() {
  const keras = installKeras();
  const data = await loadDataSet('mnist', join(cache, 'data'), null);
  const ours = [];
  const masked = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await compiled(data, new Map()));
    masked.push(await compiled(data, halfMasks()));
    theirs.push(runKeras(keras));
  }
  const [a, b, k] = [ours, masked, theirs].map(median);
  return [
    ['compiled graph, images a second', Math.round(a)],
    ['the same with half of the weights masked', Math.round(b)],
    ['Keras 3 fit, images a second', Math.round(k)],
    ['compiled graph / Keras', (a / k).toFixed(2)],
    ['masked / dense', (b / a).toFixed(2)],
  ];
}

function halfMasks() {
  return new Map(
    [
      ['conv2', 25_000],
      ['fc1', 400_000],
    ].map(([layer, size]) => [layer, Float32Array.from({ length: size }, (_, i) => i % 2)]),
  );
}

async function compiled(data, masks) {
  const lenet = zooNetwork('lenet-5');
  const network = new TrainableNetwork(lenet);
  await network.load({ weights: initialWeights(lenet, 1), masks, slots: new Map() });
  const epoch = {
    batchSize: 64,
    imagesPerEpoch: IMAGES,
    optimizer: 'sgd',
    learningRate: { name: 'cosine', peak: 0.02 },
    seed: 1,
  };
  // The first epoch includes TensorFlow's optimising of the graph.
  await fit(network, data.training, { ...epoch, epochs: 1, start: { epochsDone: 0, stepsIntoEpoch: 0 } });
  const start = performance.now();
  await fit(network, data.training, { ...epoch, epochs: 2, start: { epochsDone: 1, stepsIntoEpoch: 0 } });
  const seconds = (performance.now() - start) / 1000;
  network.close();
  return IMAGES / seconds;
}

function installKeras() {
  const folder = join(cache, 'keras-for-bench');
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) {
    run('python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', 'tensorflow-cpu==2.21.0']);
  }
  return python;
}

function runKeras(python) {
  const script = fileURLToPath(new URL('keras_training.py', import.meta.url));
  const { stdout } = run(python, [script, join(cache, 'data', 'mnist'), String(IMAGES)], { TF_CPP_MIN_LOG_LEVEL: '3' });
  return Number(stdout.trim().split('\n').at(-1));
}

function run(command, args, env = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (result.status !== 0) throw new Error(`${command} ${args[0]}: ${result.stderr}`);
  return result;
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
