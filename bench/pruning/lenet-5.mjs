// LeNet-5 on MNIST, on Eyeriss: energy-aware pruning of filters and weights against its rivals,
// three seeds each.
import { accuracyAgainstEnergy } from './figure.mjs';
import { Lab } from './lab.mjs';
import { groupsBy, mean, over, percent, times } from '../statistics.mjs';

const SEEDS = [1, 2, 3];
const DENSE = { epochs: 8, learningRate: { name: 'cosine', peak: 0.04 } };
const BATCHES = [1, 48];

/** First filters, by accuracy lost for each joule saved; then weights, by the layer's output. */
const FILTER_STEPS = [
  { conv1: 0.6, conv2: 0.5, fc1: 0.4 },
  { conv1: 0.7, conv2: 0.6, fc1: 0.5 },
  { conv1: 0.75, conv2: 0.7, fc1: 0.6 },
];
const WEIGHT_STEPS = [
  { conv1: 0.8, conv2: 0.5, fc1: 0.3, fc2: 0.6 },
  { conv1: 0.6, conv2: 0.3, fc1: 0.15, fc2: 0.5 },
];

/** What a rival is asked to keep: of weights, and of filters where it removes those. */
const BUDGETS = [
  { weights: { conv1: 0.5, conv2: 0.12, fc1: 0.05, fc2: 0.4 }, filters: { conv1: 0.5, conv2: 0.4, fc1: 0.2 } },
  { weights: { conv1: 0.3, conv2: 0.05, fc1: 0.015, fc2: 0.25 }, filters: { conv1: 0.25, conv2: 0.2, fc1: 0.1 } },
];
const RIVALS = [
  { criterion: 'magnitude' },
  { criterion: 'magnitude', allocation: 'global' },
  { criterion: 'magnitude', allocation: 'erdos-renyi-kernel' },
  { criterion: 'magnitude', allocation: 'lamp' },
  { criterion: 'gradual-magnitude' },
  { criterion: 'network-surgery' },
  { criterion: 'movement' },
  { criterion: 'taylor' },
  { criterion: 'snip' },
  { criterion: 'optimal-brain-surgeon' },
  { criterion: 'random' },
  { criterion: 'energy-aware' },
  { criterion: 'filter-l1' },
  { criterion: 'filter-geometric-median' },
  { criterion: 'filter-taylor' },
  { criterion: 'filter-energy-aware' },
];
/** Of each of a rival's two epochs: a quarter of them, for time. */
const RIVAL_IMAGES = 14_000;
const nameOf = ({ criterion, allocation }) => (allocation ? `${criterion}, ${allocation}` : criterion);

export async function benchLenet5() {
  const points = [];
  const ours = [];
  for (const seed of SEEDS) {
    const lab = await Lab.open('lenet-5', 'mnist', seed);
    const dense = await lab.dense(DENSE);
    const base = await lab.result(dense, BATCHES);
    const record = (method, budget, result) => {
      const gains = Object.fromEntries(BATCHES.map((batch) => [batch, base.energy[batch] / result.energy[batch]]));
      const point = {
        method,
        budget,
        seed,
        drop: base.test - result.test,
        test: result.test,
        gains,
        weights: result.weights,
      };
      points.push(point);
      process.stderr.write(
        `seed ${seed}, ${method} ${budget}: test ${percent(result.test)} (dense ${percent(base.test)}), ${times(gains[48])} at batch 48, ${times(gains[1])} at batch 1\n`,
      );
      return point;
    };
    let model = dense;
    for (const [i, step] of [...FILTER_STEPS, ...WEIGHT_STEPS].entries()) {
      const criterion = i < FILTER_STEPS.length ? 'filter-energy-aware' : 'energy-aware';
      model = await lab.prune(model, { criterion, density: step, fineTune: { epochs: 0 } }, 48);
      const epochs = i < FILTER_STEPS.length ? 2 : 3;
      model = await lab.train(model, { epochs, learningRate: { name: 'cosine', peak: 0.02 } }, { teacher: dense });
      const point = record('filters, then weights, energy-aware', i, await lab.result(model, BATCHES));
      if (i === FILTER_STEPS.length + WEIGHT_STEPS.length - 1) ours.push(point);
    }
    for (const rival of RIVALS) {
      for (const [budget, { weights, filters }] of BUDGETS.entries()) {
        const density = rival.criterion.startsWith('filter') ? filters : weights;
        const schedule = { ...rival, density, fineTune: { epochs: 1 } };
        const pruned = await lab.prune(dense, schedule, 48);
        const whileTraining = ['gradual-magnitude', 'network-surgery', 'movement'].includes(rival.criterion);
        const recipe = { epochs: 2, imagesPerEpoch: RIVAL_IMAGES, learningRate: { name: 'cosine', peak: 0.02 } };
        const tuned = await lab.train(pruned, recipe, {
          teacher: dense,
          ...(whileTraining && { schedule, of: dense }),
        });
        record(nameOf(rival), budget, await lab.result(tuned, BATCHES));
      }
    }
  }
  for (const batch of BATCHES)
    accuracyAgainstEnergy(`lenet-5-batch-${batch}`, `LeNet-5, MNIST, Eyeriss, batch ${batch}`, points, batch);
  return [...summary(ours), ...rivalRows(points, ours)];
}

function summary(ours) {
  const WEIGHTS = 430_500;
  return [
    ['LeNet-5, energy-aware filters and weights: points below dense on test', over(ours, ({ drop }) => 100 * drop, 2)],
    ...BATCHES.map((batch) => [
      `LeNet-5, energy-aware filters and weights: times less energy than dense, Eyeriss, batch ${batch}`,
      over(ours, ({ gains }) => gains[batch], 1),
    ]),
    [
      'LeNet-5, energy-aware filters and weights: times fewer weights',
      over(ours, ({ weights }) => WEIGHTS / weights, 0),
    ],
  ];
}

/** The best that magnitude pruning does at the accuracy that ours has. */
function rivalRows(points, ours) {
  const least = mean(ours.map(({ test }) => test));
  const groups = groupsBy(points, ({ method, budget }) => `${method}/${budget}`);
  const best = groups
    .filter(([{ method }]) => method.includes('magnitude'))
    .filter((group) => mean(group.map(({ test }) => test)) >= least - 0.0005)
    .map((group) => ({ name: `${group[0].method}`, gain: mean(group.map(({ gains }) => gains[48])) }))
    .sort((a, b) => b.gain - a.gain)[0];
  if (!best) return [['best magnitude pruning at equal accuracy', 'none reaches it']];
  const ratio = mean(ours.map(({ gains }) => gains[48])) / best.gain;
  return [
    [
      `LeNet-5: times less energy than the best magnitude pruning at equal accuracy (${best.name}, ${times(best.gain)}), batch 48`,
      ratio.toFixed(2),
    ],
  ];
}
