// Training images a second of ResNet-20 as its filters go: the network that structured pruning
// leaves is really smaller, and is compiled as such. Rounds take turns, dense first.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDataSet } from '@espalier/datasets';
import { eyeriss } from '@espalier/energy-model';
import { importModel, weightedLayers } from '@espalier/networks';
import { pruneNetwork } from '@espalier/pruning';
import { fit, TrainableNetwork } from '@espalier/training';
import { mean } from './statistics.mjs';

const DENSE = fileURLToPath(new URL('../examples/models/resnet-20-cifar-10.keras', import.meta.url));
const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');
const SHARES = [1, 0.75, 0.5, 0.25];
const ROUNDS = 3;
const IMAGES = 2_560;

export async function benchShrinking() {
  const { training } = await loadDataSet('cifar-10', join(cache, 'data'), null);
  const part = { ...training, count: IMAGES };
  const dense = await importModel(DENSE);
  const networks = [];
  for (const share of SHARES) {
    const { network, weights } = share === 1 ? dense : await withShare(dense, share);
    const trainable = new TrainableNetwork(network);
    await trainable.load({ weights, masks: new Map(), slots: new Map() });
    // TensorFlow optimises the graph in the first epoch.
    await epoch(trainable, part, 0);
    networks.push({ share, trainable, rates: [] });
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { trainable, rates } of networks) {
      const start = performance.now();
      await epoch(trainable, part, round);
      rates.push((1000 * IMAGES) / (performance.now() - start));
    }
  }
  networks.forEach(({ trainable }) => trainable.close());
  const [whole] = networks;
  return networks.map(({ share, rates }) => [
    `resnet-20, batch 128, ${100 * share} % of the filters: training, images a second; times the dense network's`,
    `${mean(rates).toFixed(0)}; ${(mean(rates) / mean(whole.rates)).toFixed(2)}`,
  ]);
}

function withShare({ network, weights }, share) {
  const layers = weightedLayers(network).filter(({ name }) => name !== 'fc');
  const density = Object.fromEntries(layers.map(({ name }) => [name, share]));
  const target = { accelerator: eyeriss, batch: 1, densities: [] };
  return pruneNetwork(network, weights, { criterion: 'filter-l1', density, fineTune: { epochs: 0 } }, target, {});
}

function epoch(trainable, part, epochsDone) {
  return fit(trainable, part, {
    epochs: epochsDone + 1,
    start: { epochsDone, stepsIntoEpoch: 0 },
    batchSize: 128,
    imagesPerEpoch: part.count,
    optimizer: 'sgd',
    learningRate: { name: 'constant', peak: 0.01 },
    seed: 1,
  });
}
