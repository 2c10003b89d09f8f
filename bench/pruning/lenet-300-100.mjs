// LeNet-300-100 on MNIST: how few weights energy-aware pruning leaves at the dense network's accuracy, three seeds.
import { Lab } from './lab.mjs';
import { deviation, mean, percent, times } from './statistics.mjs';

const SEEDS = [1, 2, 3];
const WEIGHTS = 266_200;
const DENSE = { epochs: 10, learningRate: { name: 'cosine', peak: 0.05 } };
const STEPS = [
  { fc1: 0.15, fc2: 0.2, fc3: 0.6 },
  { fc1: 0.05, fc2: 0.1, fc3: 0.45 },
  { fc1: 0.022, fc2: 0.06, fc3: 0.35 },
  { fc1: 0.0115, fc2: 0.04, fc3: 0.3 },
];

export async function benchLenet300100() {
  const results = [];
  for (const seed of SEEDS) {
    const lab = await Lab.open('lenet-300-100', 'mnist', seed);
    const dense = await lab.dense(DENSE);
    const base = (await lab.measure(dense, 'test')).accuracy;
    let model = dense;
    for (const [i, step] of STEPS.entries()) {
      // Densities are of the dense layer: what was pruned before stays so, since it is 0.
      model = await lab.prune(model, { criterion: 'energy-aware', density: step, fineTune: { epochs: 0 } }, 48);
      const epochs = i === STEPS.length - 1 ? 20 : 4;
      model = await lab.train(model, { epochs, learningRate: { name: 'cosine', peak: 0.05 } }, { teacher: dense });
      const { accuracy } = await lab.measure(model, 'test');
      const fewer = WEIGHTS / lab.weightsLeft(model);
      process.stderr.write(
        `seed ${seed}: ${percent(accuracy)} of test (dense ${percent(base)}), ${times(fewer)} fewer weights\n`,
      );
      if (i === STEPS.length - 1) results.push({ drop: base - accuracy, fewer });
    }
  }
  const over = (values, digits) => `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`;
  return [
    [
      'LeNet-300-100, energy-aware weights: times fewer weights',
      over(
        results.map(({ fewer }) => fewer),
        0,
      ),
    ],
    [
      'LeNet-300-100, energy-aware weights: points below dense on test',
      over(
        results.map(({ drop }) => 100 * drop),
        2,
      ),
    ],
  ];
}
