// ResNet-20 on CIFAR-10, on Eyeriss: 69 % of the weights gone, and half of the multiply-accumulates gone with whole filters,
// beside Torch-Pruning's choice of filters. One dense network (examples/models), three seeds of pruning and fine-tuning.
import { fileURLToPath } from 'node:url';
import { weightedLayers } from '@espalier/networks';
import { accuracyAgainstEnergy } from './figure.mjs';
import { Lab } from './lab.mjs';
import { deviation, groupsBy, mean, percent, times } from './statistics.mjs';
import { torchPruned } from './torch-pruning.mjs';

const DENSE = fileURLToPath(new URL('../../examples/models/resnet-20-cifar-10.keras', import.meta.url));
const SEEDS = [1, 2, 3];
const BATCH = 48;
const FINE_TUNE = {
  epochs: 4,
  batchSize: 128,
  nesterov: true,
  learningRate: { name: 'cosine', peak: 0.05 },
  weightDecay: 5e-4,
  augmentation: { crop: 4, flip: true, cutout: 0 },
};

/** 31 % of all weights: fewer of the stages that have most. */
const STAGES = { conv1: 0.8, stage1: 0.6, stage2: 0.45, stage3: 0.257, fc: 0.6 };
const SPARSE = [
  { criterion: 'energy-aware', density: STAGES },
  {
    criterion: 'magnitude',
    allocation: 'lamp',
    density: { conv1: 0.31, stage1: 0.31, stage2: 0.31, stage3: 0.31, fc: 0.31 },
  },
];
/** The share of filters that leaves half of the multiply-accumulates. */
const FILTERS = { conv1: 0.7, stage1: 0.7, stage2: 0.7, stage3: 0.7 };
const STRUCTURED = [
  { criterion: 'filter-energy-aware', density: FILTERS },
  { criterion: 'filter-l1', density: FILTERS },
];
const TORCH_SHARE = 0.29;

export async function benchResnet20() {
  const points = [];
  for (const seed of SEEDS) {
    const { lab, dense } = await Lab.ofFile(DENSE, 'cifar-10', seed);
    const base = await lab.result(dense, [BATCH]);
    const methods = [
      ...[...SPARSE, ...STRUCTURED].map(({ criterion, allocation, density }) => ({
        name: allocation ? `${criterion}, ${allocation}` : criterion,
        prune: () => {
          const schedule = { criterion, allocation, density: byLayer(dense.network, density), fineTune: { epochs: 0 } };
          return lab.prune(dense, schedule, BATCH);
        },
      })),
      { name: 'Torch-Pruning, group magnitude', prune: () => lab.recalibrated(torchPruned(dense, TORCH_SHARE)) },
    ];
    for (const { name, prune } of methods) {
      const pruned = await prune();
      const before = (await lab.measure(pruned, 'test')).accuracy;
      const result = await lab.result(await lab.train(pruned, FINE_TUNE), [BATCH]);
      const point = {
        method: name,
        budget: 0,
        seed,
        test: result.test,
        before,
        drop: base.test - result.test,
        gains: { [BATCH]: base.energy[BATCH] / result.energy[BATCH] },
        left: result.weights / base.weights,
        macs: base.macs / result.macs,
      };
      points.push(point);
      process.stderr.write(
        `seed ${seed}, ${name}: test ${percent(result.test)} (dense ${percent(base.test)}, before fine-tuning ${percent(before)}), ${percent(point.left)} of the weights, ${times(point.macs)} fewer MACs, ${times(point.gains[BATCH])} less energy\n`,
      );
    }
  }
  accuracyAgainstEnergy('resnet-20', `ResNet-20, CIFAR-10, Eyeriss, batch ${BATCH}`, points, BATCH);
  return groupsBy(points, ({ method }) => method).map(row);
}

function row(points) {
  const over = (of, digits) => `${mean(points.map(of)).toFixed(digits)} ± ${deviation(points.map(of)).toFixed(digits)}`;
  return [
    `ResNet-20, ${points[0].method}, ${FINE_TUNE.epochs} epochs of fine-tuning: points below dense on test; weights left; times fewer MACs; times less energy`,
    `${over(({ drop }) => 100 * drop, 2)}; ${over(({ left }) => 100 * left, 1)} %; ${over(({ macs }) => macs, 2)}; ${over(({ gains }) => gains[BATCH], 2)}`,
  ];
}

/** A density for each layer from those of stages. */
function byLayer(network, density) {
  return Object.fromEntries(
    weightedLayers(network).flatMap(({ name }) => {
      const [stage] = name.split('_');
      return stage in density ? [[name, density[stage]]] : [];
    }),
  );
}
