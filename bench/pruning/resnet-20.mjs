// ResNet-20 on CIFAR-10, on Eyeriss: 69 % of the weights gone, and half of the multiply-accumulates
// gone with whole filters, beside Torch-Pruning's choice of filters. One dense network
// (examples/models), three seeds of pruning and fine-tuning.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { weightedLayers } from '@espalier/networks';
import { accuracyAgainstEnergy } from './figure.mjs';
import { Lab } from './lab.mjs';
import { groupsBy, over, percent, times } from '../statistics.mjs';
import { torchPruned } from './torch-pruning.mjs';

const DENSE = fileURLToPath(new URL('../../examples/models/resnet-20-cifar-10.keras', import.meta.url));
/**
 * Each method and seed takes up to an hour on two cores:
 * `ESPALIER_RESNET_METHODS='filter-l1;magnitude, lamp' ESPALIER_RESNET_SEEDS=1` is a part.
 */
const SEEDS = (process.env.ESPALIER_RESNET_SEEDS ?? '1,2,3').split(',').map(Number);
const ONLY = process.env.ESPALIER_RESNET_METHODS?.split(';');
const BATCH = 48;
/** What was measured of each method and seed, in whatever run: the figure is drawn of all. */
const MEASURED = fileURLToPath(new URL('../figures/resnet-20.json', import.meta.url));
/**
 * After single weights have gone little is to be made good, after whole filters much; those
 * networks train twice as fast.
 */
const EPOCHS = {
  weights: { epochs: 6, learningRate: { name: 'cosine', peak: 0.05 } },
  filters: { epochs: 24, learningRate: { name: 'cosine', peak: 0.05 } },
};
const FINE_TUNE = {
  batchSize: 128,
  nesterov: true,
  weightDecay: 5e-4,
  augmentation: { crop: 4, flip: true, cutout: 0 },
};

/** 31 % of all weights: fewer of the stages that have most. */
const STAGES = { conv1: 0.8, stage1: 0.6, stage2: 0.44, stage3: 0.25, fc: 0.6 };
/** The same everywhere, for what spreads weights over layers by itself. */
const EVERYWHERE = { conv1: 0.31, stage1: 0.31, stage2: 0.31, stage3: 0.31, fc: 0.31 };
/** The share of filters that leaves half of the multiply-accumulates. */
const FILTERS = { conv1: 0.71, stage1: 0.71, stage2: 0.71, stage3: 0.71 };
const TORCH_SHARE = 0.29;

const METHODS = [
  ours('weights', { criterion: 'energy-aware', density: STAGES }),
  ours('filters', { criterion: 'filter-energy-aware', density: FILTERS }),
  {
    name: 'Torch-Pruning, group magnitude',
    of: 'filters',
    prune: (lab, dense) => lab.recalibrated(torchPruned(dense, TORCH_SHARE)),
  },
  ours('filters', { criterion: 'filter-l1', density: FILTERS }),
  ours('weights', { criterion: 'magnitude', allocation: 'lamp', density: EVERYWHERE }),
];

function ours(of, { density, ...schedule }) {
  return {
    name: Object.values(schedule).join(', '),
    of,
    prune: (lab, dense) =>
      lab.prune(dense, { ...schedule, density: byLayer(dense.network, density), fineTune: { epochs: 0 } }, BATCH),
  };
}

export async function benchResnet20() {
  const points = [];
  for (const { name, of, prune } of METHODS.filter(({ name }) => !ONLY || ONLY.includes(name))) {
    for (const seed of SEEDS) {
      const { lab, dense } = await Lab.ofFile(DENSE, 'cifar-10', seed);
      const base = await lab.result(dense, [BATCH]);
      const pruned = await prune(lab, dense);
      const before = (await lab.measure(pruned, 'test')).accuracy;
      const tuned = await lab.train(pruned, { ...FINE_TUNE, ...EPOCHS[of] }, { teacher: dense });
      const result = await lab.result(tuned, [BATCH]);
      const point = {
        method: name,
        budget: 0,
        seed,
        test: result.test,
        drop: base.test - result.test,
        gains: { [BATCH]: base.energy[BATCH] / result.energy[BATCH] },
        left: result.weights / base.weights,
        macs: base.macs / result.macs,
        epochs: EPOCHS[of].epochs,
      };
      points.push(point);
      draw(keep(point));
      process.stderr.write(
        `${name}, seed ${seed}: test ${percent(result.test)} (dense ${percent(base.test)}, before fine-tuning ${percent(before)}), ${percent(point.left)} of the weights, ${times(point.macs)} fewer MACs, ${times(point.gains[BATCH])} less energy\n`,
      );
    }
  }
  return groupsBy(points, ({ method }) => method).map(row);
}

/**
 * @returns all that was measured so far, this in the place of an earlier one of the same method and
 *   seed
 */
function keep(point) {
  const before = existsSync(MEASURED) ? JSON.parse(readFileSync(MEASURED, 'utf8')) : [];
  const all = [...before.filter(({ method, seed }) => method !== point.method || seed !== point.seed), point];
  writeFileSync(MEASURED, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

const draw = (points) =>
  accuracyAgainstEnergy('resnet-20', `ResNet-20, CIFAR-10, Eyeriss, batch ${BATCH}`, points, BATCH);

function row(points) {
  const [{ method, epochs }] = points;
  return [
    `ResNet-20, ${method}, ${epochs} epochs of fine-tuning: points below dense on test; weights left; times fewer MACs; times less energy`,
    `${over(points, ({ drop }) => 100 * drop, 2)}; ${over(points, ({ left }) => 100 * left, 1)} %; ${over(points, ({ macs }) => macs, 2)}; ${over(points, ({ gains }) => gains[BATCH], 2)}`,
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
