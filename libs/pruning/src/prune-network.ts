import type { PruningSchedule } from '@espalier/contracts';
import { NetworkPricer, type Accelerator, type LayerDensity } from '@espalier/energy-model';
import {
  weightedLayers,
  type Network,
  type NetworkWeights,
  type WeightedLayer,
  type WeightTensor,
} from '@espalier/networks';
import { pruneEnergyAware } from './energy-aware.js';
import type { LeastSquares } from './least-squares.js';
import { keptWeights, magnitudeMask } from './magnitude.js';

export interface PrunedNetwork {
  readonly weights: NetworkWeights;
  /** By layer, 1 where a weight is kept. */
  readonly masks: ReadonlyMap<string, Float32Array>;
  /** The order in which the layers were pruned. */
  readonly order: readonly string[];
}

/** What pruning asks of the outside: statistics of a layer's inputs in the network as it is pruned so far. */
export type StatisticsOf = (
  layer: string,
  prunedSoFar: PrunedNetwork,
) => Promise<Pick<LeastSquares, 'gram' | 'correlation'>>;

/** A schedule that the network cannot follow. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

/**
 * Prunes a trained network by a schedule, layer by layer, the one that burns most energy first. Layers that the schedule
 * does not name, or keeps whole, stay as they are.
 *
 * @throws ScheduleError when the schedule names a layer that the network lacks
 */
export async function pruneNetwork(
  network: Network,
  weights: NetworkWeights,
  schedule: PruningSchedule,
  chip: { accelerator: Accelerator; batch: number; densities: readonly LayerDensity[] },
  statisticsOf: StatisticsOf,
): Promise<PrunedNetwork> {
  const layers = weightedLayers(network);
  const unknown = Object.keys(schedule.density).find((name) => !layers.some((layer) => layer.name === name));
  if (unknown !== undefined) {
    throw new ScheduleError(
      `density.${unknown}: ${network.name} has no such layer; it has ${layers.map(({ name }) => name).join(', ')}`,
    );
  }
  let pruned: PrunedNetwork = { weights: new Map(weights), masks: new Map(), order: [] };
  for (const layer of byEnergy(layers, chip)) {
    const density = schedule.density[layer.name] ?? 1;
    if (density >= 1) continue;
    const kernelName = `${layer.name}/kernel`;
    const kernel = weights.get(kernelName);
    if (!kernel) throw new ScheduleError(`weight ${kernelName} is missing`);
    const { mask, values } =
      schedule.criterion === 'magnitude'
        ? byMagnitude(kernel, density)
        : byOutputError(kernel, density, await statisticsOf(layer.name, pruned));
    pruned = {
      weights: new Map(pruned.weights).set(kernelName, { shape: kernel.shape, data: values }),
      masks: new Map(pruned.masks).set(layer.name, mask),
      order: [...pruned.order, layer.name],
    };
  }
  return pruned;
}

function byEnergy(
  layers: readonly WeightedLayer[],
  { accelerator, batch, densities }: { accelerator: Accelerator; batch: number; densities: readonly LayerDensity[] },
): WeightedLayer[] {
  const pricer = new NetworkPricer(
    layers.map(({ shape }) => shape),
    batch,
    accelerator,
  );
  const priced = pricer.price(densities).layers;
  return layers
    .map((layer, i) => ({ layer, energy: priced[i].total }))
    .sort((a, b) => b.energy - a.energy)
    .map(({ layer }) => layer);
}

function byMagnitude({ data }: WeightTensor, density: number): { mask: Float32Array; values: Float32Array } {
  const mask = magnitudeMask(data, keptWeights(data.length, density));
  return { mask, values: data.map((weight, i) => weight * mask[i]) };
}

function byOutputError(
  { data, shape }: WeightTensor,
  density: number,
  statistics: Pick<LeastSquares, 'gram' | 'correlation'>,
): { mask: Float32Array; values: Float32Array } {
  const filters = shape[shape.length - 1];
  const problem = { ...statistics, filters, inputs: data.length / filters };
  const { mask, weights } = pruneEnergyAware(problem, data, density);
  return { mask, values: weights };
}
