import type { PruningSchedule } from '@espalier/contracts';
import { patternOf } from '@espalier/contracts/criteria';
import { weightedLayers, type Network, type NetworkWeights, type WeightedLayer } from '@espalier/networks';
import { RandomStream } from '@espalier/random';
import { allocateWeights } from './allocate-weights.js';
import { BY_OUTPUT, OF_FILTERS, SCORED, WHILE_TRAINING } from './criteria.js';
import { magnitude } from './criteria/magnitude.js';
import { nOfM } from './criteria/n-of-m.js';
import { highestScores } from './highest-scores.js';
import { pruneLayerByLayer } from './by-output/prune-by-output.js';
import { kernelOf, ScheduleError, type PrunedNetwork, type PruningTarget } from './pruned-network.js';
import type { PruningData } from './pruning-data.js';
import { pruneFilters, pruneFiltersByEnergy } from './structured/prune-filters.js';
import type { TrainingPruner } from './while-training/training-pruner.js';

/**
 * Prunes a trained network by a schedule. Layers that the schedule leaves out, or keeps whole, stay
 * as they are. Criteria that prune while training leave the network to `trainingPruner`.
 *
 * @throws ScheduleError when the schedule names a missing layer, or does not fit the network
 */
export async function pruneNetwork(
  network: Network,
  weights: NetworkWeights,
  schedule: PruningSchedule,
  target: PruningTarget,
  data: PruningData,
): Promise<PrunedNetwork> {
  checkSchedule(network, schedule);
  const { criterion } = schedule;
  const dense: PrunedNetwork = { network, weights, masks: new Map(), order: [] };
  if (WHILE_TRAINING[criterion]) return dense;
  const ofFilters = OF_FILTERS[criterion];
  if (ofFilters) {
    const gradients = ofFilters.needsGradients ? await data.gradients() : undefined;
    const pruning = { criterion: ofFilters.score, density: schedule.density, gradients };
    const smaller = ofFilters.byEnergy
      ? pruneFiltersByEnergy(network, weights, pruning, target)
      : pruneFilters(network, weights, pruning);
    return { ...dense, ...smaller, order: Object.keys(schedule.density) };
  }
  const layers = prunedLayers(network, schedule);
  const pattern = patternOf(criterion);
  if (pattern) {
    const masks = layers.map(({ name }): [string, Float32Array] => {
      const { data: kernel, shape } = kernelOf(weights, name);
      return [name, nOfM(kernel, shape[shape.length - 1], pattern)];
    });
    return masked(dense, masks);
  }
  const counts = await weightCounts(network, weights, schedule, data);
  const scored = SCORED[criterion];
  if (scored) {
    const gradients = scored.needsGradients ? await data.gradients() : undefined;
    const masks = layers.map(({ name }, i): [string, Float32Array] => {
      const uniform = uniformOf(data.seed, i);
      const scores = scored.score({
        name,
        weights: kernelOf(weights, name).data,
        uniform,
        gradients: gradients?.get(name),
      });
      return [name, highestScores(scores, counts.get(name) ?? scores.length)];
    });
    return masked(dense, masks);
  }
  const prune = BY_OUTPUT[criterion];
  if (!prune) throw new ScheduleError(`criterion: there is nothing that prunes by '${criterion}'`);
  return pruneLayerByLayer(dense, layers, counts, target, data, prune, { repairNorm: schedule.repairNorm ?? 2 });
}

/**
 * The pruner for fine-tuning, when the schedule's criterion prunes while training.
 *
 * @throws ScheduleError as pruneNetwork
 */
export async function trainingPruner(
  network: Network,
  weights: NetworkWeights,
  schedule: PruningSchedule,
  data: PruningData,
): Promise<TrainingPruner | undefined> {
  const make = WHILE_TRAINING[schedule.criterion];
  if (!make) return undefined;
  checkSchedule(network, schedule);
  return make(await weightCounts(network, weights, schedule, data));
}

function checkSchedule(network: Network, { density, criterion, fineTune }: PruningSchedule): void {
  if (WHILE_TRAINING[criterion] && fineTune.epochs === 0) {
    throw new ScheduleError(`fineTune.epochs is 0; ${criterion} prunes while it trains, and needs at least 1`);
  }
  const layers = weightedLayers(network);
  const unknown = Object.keys(density).find((name) => !layers.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    throw new ScheduleError(
      `density.${unknown}: ${network.name} has no such layer; it has ${layers.map(({ name }) => name).join(', ')}`,
    );
  }
}

function prunedLayers(network: Network, { density }: PruningSchedule): WeightedLayer[] {
  return weightedLayers(network).filter(({ name }) => (density[name] ?? 1) < 1);
}

/** Kept weights of each layer, by its density or the schedule's allocation. */
async function weightCounts(
  network: Network,
  weights: NetworkWeights,
  schedule: PruningSchedule,
  data: PruningData,
): Promise<Map<string, number>> {
  const { allocation = 'layer', density, criterion } = schedule;
  const own = SCORED[criterion] ?? magnitude;
  const gradients = allocation !== 'layer' && own.needsGradients ? await data.gradients() : undefined;
  // A layer that is kept whole takes part where weights are spread over layers.
  const layers = weightedLayers(network).filter(({ name }) =>
    allocation === 'layer' ? (density[name] ?? 1) < 1 : Object.hasOwn(density, name),
  );
  return allocateWeights(
    layers.map(({ name, kernelShape }, i) => {
      const kernel = kernelOf(weights, name).data;
      const isByMagnitude = allocation === 'layer' || allocation === 'erdos-renyi-kernel';
      const scores = isByMagnitude
        ? kernel
        : own.score({ name, weights: kernel, uniform: uniformOf(data.seed, i), gradients: gradients?.get(name) });
      return { name, kernelShape, density: density[name], scores };
    }),
    allocation,
  );
}

function uniformOf(seed: number, layer: number): () => number {
  const stream = new RandomStream(seed, layer);
  return () => stream.uniform();
}

function masked(dense: PrunedNetwork, masks: readonly (readonly [string, Float32Array])[]): PrunedNetwork {
  const weights = new Map(dense.weights);
  for (const [name, mask] of masks) {
    const { shape, data } = kernelOf(weights, name);
    weights.set(`${name}/kernel`, { shape, data: data.map((weight, i) => weight * mask[i]) });
  }
  return { ...dense, weights, masks: new Map(masks), order: masks.map(([name]) => name) };
}
