// LeNet-300-100 on MNIST: how few weights gradual magnitude pruning leaves at the dense network's
// accuracy, beside energy-aware pruning in rounds; three seeds.
import { accuracyAgainstEnergy } from './figure.mjs';
import { Lab } from './lab.mjs';
import { groupsBy, over, percent, times } from '../statistics.mjs';

const SEEDS = [1, 2, 3];
const BATCH = 48;
const DENSE = { epochs: 10, learningRate: { name: 'cosine', peak: 0.05 } };
const GRADUAL = { epochs: 40, learningRate: { name: 'cosine', peak: 0.1 } };
const ROUND = { epochs: 4, learningRate: { name: 'cosine', peak: 0.05 } };
/**
 * What is left of each layer after each round; the last is what gradual pruning comes to as well.
 */
const ROUNDS = [
  { fc1: 0.15, fc2: 0.2, fc3: 0.6 },
  { fc1: 0.05, fc2: 0.1, fc3: 0.45 },
  { fc1: 0.022, fc2: 0.06, fc3: 0.35 },
  { fc1: 0.0118, fc2: 0.042, fc3: 0.33 },
];

export async function benchLenet300100() {
  const points = [];
  for (const seed of SEEDS) {
    const lab = await Lab.open('lenet-300-100', 'mnist', seed);
    const dense = await lab.dense(DENSE);
    const base = await lab.result(dense, [BATCH]);
    const record = async (method, budget, model) => {
      const { test, energy, weights } = await lab.result(model, [BATCH]);
      const gains = { [BATCH]: base.energy[BATCH] / energy[BATCH] };
      points.push({ method, budget, seed, test, drop: base.test - test, gains, fewer: base.weights / weights });
      process.stderr.write(
        `seed ${seed}, ${method} ${budget}: test ${percent(test)} (dense ${percent(base.test)}), ${times(base.weights / weights)} fewer weights, ${times(gains[BATCH])} less energy\n`,
      );
    };
    const last = ROUNDS.length - 1;
    const gradual = { criterion: 'gradual-magnitude', density: ROUNDS[last], fineTune: { epochs: GRADUAL.epochs } };
    await record('gradual-magnitude', last, await lab.train(dense, GRADUAL, { teacher: dense, schedule: gradual }));
    let model = dense;
    for (const [i, density] of ROUNDS.entries()) {
      // Densities are of the dense layer: what was pruned before stays so, since it is 0.
      const pruned = await lab.prune(model, { criterion: 'energy-aware', density, fineTune: { epochs: 0 } }, BATCH);
      model = await lab.train(pruned, ROUND, { teacher: dense });
      await record('energy-aware, in rounds', i, model);
    }
  }
  accuracyAgainstEnergy('lenet-300-100', `LeNet-300-100, MNIST, Eyeriss, batch ${BATCH}`, points, BATCH);
  return groupsBy(points, ({ method, budget }) => `${method}/${budget}`).map(row);
}

function row(points) {
  const [{ method }] = points;
  return [
    `LeNet-300-100, ${method}: times fewer weights; points below dense on test; times less energy, batch ${BATCH}`,
    `${over(points, ({ fewer }) => fewer, 1)}; ${over(points, ({ drop }) => 100 * drop, 2)}; ${over(points, ({ gains }) => gains[BATCH], 1)}`,
  ];
}
