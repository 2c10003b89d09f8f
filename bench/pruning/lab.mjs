// What the pruning results have in common: training a dense network, pruning it, training it
// further, and measuring what is left of it. The libraries do the work, without campaigns around
// them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadDataSet } from '@espalier/datasets';
import { eyeriss, NetworkPricer } from '@espalier/energy-model';
import { PruningWhileTraining } from '@espalier/gpu-worker/fine-tuning';
import { importModel, weightedLayers, zooNetwork } from '@espalier/networks';
import { pruneNetwork, trainingPruner } from '@espalier/pruning';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  fit,
  initialWeights,
  layerStatistics,
  recalibrate,
  SystemSolver,
  TrainableNetwork,
  weightGradients,
} from '@espalier/training';

const cache = process.env.ESPALIER_CACHE ?? join(homedir(), '.cache', 'espalier');
const STATISTICS_IMAGES = 2000;
const START = { epochsDone: 0, stepsIntoEpoch: 0 };

/** A network under study, with its data. A model is { network, weights, masks }. */
export class Lab {
  #solver = new SystemSolver();

  constructor(network, data, seed) {
    Object.assign(this, { network, data, seed });
  }

  static async open(networkName, dataName, seed) {
    return new Lab(zooNetwork(networkName), await loadDataSet(dataName, join(cache, 'data'), null), seed);
  }

  /** Of a network that was trained before. */
  static async ofFile(file, dataName, seed) {
    const { network, weights } = await importModel(file);
    const lab = new Lab(network, await loadDataSet(dataName, join(cache, 'data'), null), seed);
    return { lab, dense: { network, weights, masks: new Map() } };
  }

  /** The dense network, trained by a recipe; kept between runs. */
  async dense(recipe) {
    const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
    const file = join(cache, 'bench-models', `${this.network.name}-${this.seed}-${key}.safetensors`);
    if (existsSync(file)) return decodeCheckpoint(this.network, readFileSync(file));
    const start = { network: this.network, weights: initialWeights(this.network, this.seed), masks: new Map() };
    const model = await this.train(start, recipe);
    mkdirSync(join(cache, 'bench-models'), { recursive: true });
    writeFileSync(file, encodeCheckpoint({ ...model, slots: new Map(), ...START }));
    return model;
  }

  async train(model, recipe, { teacher, schedule, of = model } = {}) {
    const pruner = schedule && (await trainingPruner(model.network, model.weights, schedule, this.#data(of)));
    return using(model, async (trainable) => {
      const pruning = pruner && new PruningWhileTraining(trainable, pruner);
      const run = (network) =>
        fit(trainable, this.data.training, {
          batchSize: 64,
          imagesPerEpoch: null,
          optimizer: 'sgd',
          ...recipe,
          seed: this.seed,
          start: START,
          ...(network && { teacher: { network, share: 0.7, temperature: 4 } }),
          ...(pruning && { throughMasks: pruning.throughMasks, beforeStep: pruning.beforeStep }),
        });
      if (teacher) await using(teacher, run);
      else await run();
      await pruning?.look(1);
      const { weights, masks } = await trainable.state();
      return { network: model.network, weights, masks };
    });
  }

  async prune(model, schedule, batch) {
    const densities = (await this.measure(model, 'training', STATISTICS_IMAGES)).profile.layers.map((l) => l.density);
    const target = { accelerator: eyeriss, batch, densities };
    return this.recalibrated(await pruneNetwork(model.network, model.weights, schedule, target, this.#data(model)));
  }

  /** With the statistics of its batch normalisations measured anew. */
  recalibrated(model) {
    return using(model, async (trainable) => {
      await recalibrate(trainable, this.data.training, STATISTICS_IMAGES);
      return { ...model, weights: await trainable.weights() };
    });
  }

  measure(model, split, images = Infinity) {
    const part = this.data[split];
    return using(model, (trainable) =>
      trainable.measure({ ...part, count: Math.min(images, part.count) }, split === 'test' ? 'test' : 'validation'),
    );
  }

  /** Energy on the chip for a batch, with the zeros that the test images make. */
  energy(model, measurement, batch) {
    const shapes = weightedLayers(model.network).map(({ shape }) => shape);
    const priced = new NetworkPricer(shapes, batch, eyeriss);
    return priced.price(measurement.profile.layers.map(({ density }) => density)).total;
  }

  /**
   * What a method has reached: test accuracy, energy on the chip for each batch, weights and
   * multiply-accumulates left.
   */
  async result(model, batches) {
    const measurement = await this.measure(model, 'test');
    const energy = Object.fromEntries(batches.map((batch) => [batch, this.energy(model, measurement, batch)]));
    return { test: measurement.accuracy, energy, weights: this.weightsLeft(model), macs: macsOf(model.network) };
  }

  weightsLeft(model) {
    return [...model.weights]
      .filter(([name]) => name.endsWith('/kernel'))
      .reduce((sum, [, { data }]) => sum + data.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0), 0);
  }

  #data(model) {
    const { training } = this.data;
    return {
      seed: this.seed,
      solve: this.#solver.solve,
      gradients: () => using(model, (trainable) => weightGradients(trainable, training, STATISTICS_IMAGES)),
      statisticsOf: (layer, soFar, samples) =>
        using(model, (dense) =>
          using(soFar, (pruned) => layerStatistics(pruned, dense, layer, training, STATISTICS_IMAGES, samples)),
        ),
    };
  }
}

function macsOf(network) {
  const shapes = weightedLayers(network).map(({ shape }) => shape);
  return new NetworkPricer(shapes, 1, eyeriss).dense().layers.reduce((sum, { macs }) => sum + macs, 0);
}

const compiled = new Map();

/** Networks of one shape share one compiled graph for each role at a time. */
async function using({ network, weights, masks }, work) {
  const key = JSON.stringify(network.layers);
  const idle = compiled.get(key) ?? [];
  compiled.set(key, idle);
  const trainable = idle.pop() ?? new TrainableNetwork(network);
  try {
    await trainable.load({ weights, masks: masks ?? new Map(), slots: new Map() });
    return await work(trainable);
  } finally {
    idle.push(trainable);
  }
}
