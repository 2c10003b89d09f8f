// How long energy-aware pruning itself takes, without fine-tuning: LeNet-5 from end to end, and one
// layer of ResNet-50's size.
import { pruneEnergyAware } from '@espalier/pruning';
import { RandomStream } from '@espalier/random';
import { SystemSolver } from '@espalier/training';
import { Lab } from './lab.mjs';

/** The last 3 × 3 convolutions of ResNet-50: 512 filters over 512 channels. */
const LARGE = { inputs: 4608, filters: 512 };
const DENSITIES = [0.1, 0.2];
/**
 * The Gram of a large layer is of this many random samples; what they are does not change the work.
 */
const SAMPLES = 6000;

export async function benchPruneTimes() {
  return [await lenet5(), ...(await largeLayer())];
}

async function lenet5() {
  const lab = await Lab.open('lenet-5', 'mnist', 1);
  const dense = await lab.dense({ epochs: 8, learningRate: { name: 'cosine', peak: 0.04 } });
  const density = { conv1: 0.5, conv2: 0.15, fc1: 0.05, fc2: 0.3 };
  const prune = () => lab.prune(dense, { criterion: 'energy-aware', density, fineTune: { epochs: 0 } }, 48);
  // The first includes TensorFlow's start and its optimising of the graphs.
  const [first, second] = [await seconds(prune), await seconds(prune)];
  return ['energy-aware pruning of LeNet-5 without fine-tuning, s: first, again', `${first}, ${second}`];
}

async function largeLayer() {
  const { inputs, filters } = LARGE;
  const random = new RandomStream(1, 0);
  const normal = (count) => Float32Array.from({ length: count }, () => random.uniform() + random.uniform() - 1);
  const weights = normal(inputs * filters);
  const gram = gramOf(normal(inputs * 8), inputs);
  const correlation = new Float64Array(inputs * filters);
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < inputs; j++) {
      const g = gram[i * inputs + j];
      if (g === 0) continue;
      for (let f = 0; f < filters; f++) correlation[i * filters + f] += g * weights[j * filters + f];
    }
  }
  const { solve } = new SystemSolver();
  const rows = [];
  for (const density of DENSITIES) {
    const time = await seconds(() => pruneEnergyAware({ gram, correlation, inputs, filters }, weights, density, solve));
    rows.push([`energy-aware pruning of a layer of ${filters} × ${inputs} weights to ${100 * density} %, s`, time]);
  }
  return rows;
}

/** Eight random directions over a diagonal: correlated inputs, positive definite. */
function gramOf(directions, inputs) {
  const gram = new Float64Array(inputs * inputs);
  const count = directions.length / inputs;
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let d = 0; d < count; d++) sum += 0.3 * directions[d * inputs + i] * directions[d * inputs + j];
      gram[i * inputs + j] = sum * SAMPLES;
      gram[j * inputs + i] = sum * SAMPLES;
    }
  }
  return gram;
}

async function seconds(work) {
  const began = performance.now();
  await work();
  return ((performance.now() - began) / 1000).toFixed(1);
}
