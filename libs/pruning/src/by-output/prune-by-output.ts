import { NetworkPricer } from '@espalier/energy-model';
import { weightedLayers, type WeightedLayer } from '@espalier/networks';
import type { LeastSquares } from './least-squares.js';
import { kernelOf, type PrunedNetwork, type PruningTarget } from '../pruned-network.js';
import type { PruningData } from '../pruning-data.js';

/** Prunes one group of a layer so that its output changes little: inputs × filters, row-major. */
export type OutputCriterion = (
  problem: LeastSquares,
  kernel: Float32Array,
  density: number,
  solve: PruningData['solve'],
  options: OutputOptions,
) => Promise<{ mask: Float32Array; weights: Float32Array }>;

/** Options of pruning by output. */
export interface OutputOptions {
  readonly repairNorm: 1 | 2;
}

/** Rows of a layer's inputs that stand for all of them where sums over all do not do. */
const SAMPLES = 2048;

/**
 * Prunes layer by layer, the one with the highest energy first; energies are priced anew after
 * each.
 */
export async function pruneLayerByLayer(
  dense: PrunedNetwork,
  layers: readonly WeightedLayer[],
  counts: ReadonlyMap<string, number>,
  { accelerator, batch, densities }: PruningTarget,
  data: PruningData,
  prune: OutputCriterion,
  options: OutputOptions,
): Promise<PrunedNetwork> {
  const all = weightedLayers(dense.network);
  const pricer = new NetworkPricer(
    all.map(({ shape }) => shape),
    batch,
    accelerator,
  );
  const current = [...densities];
  let pruned = dense;
  const open = new Set(layers);
  while (open.size > 0) {
    const priced = pricer.price(current).layers;
    const energyOf = (layer: WeightedLayer): number => priced[all.findIndex(({ name }) => name === layer.name)].total;
    const layer = [...open].reduce((most, each) => (energyOf(each) > energyOf(most) ? each : most));
    open.delete(layer);
    const { name, groups } = layer;
    const kernel = kernelOf(dense.weights, name);
    const density = (counts.get(name) ?? kernel.data.length) / kernel.data.length;
    const filters = kernel.shape[kernel.shape.length - 1];
    const mask = new Float32Array(kernel.data.length);
    const values = new Float32Array(kernel.data.length);
    const statistics = await data.statisticsOf(name, pruned, options.repairNorm === 1 ? SAMPLES : 0);
    for (let group = 0; group < groups; group++) {
      const own = columns(kernel.data, filters, (group * filters) / groups, filters / groups);
      const inputs = (own.length * groups) / filters;
      const result = await prune(
        { ...statistics[group], inputs, filters: filters / groups },
        own,
        density,
        data.solve,
        options,
      );
      putColumns(mask, result.mask, filters, (group * filters) / groups, filters / groups);
      putColumns(values, result.weights, filters, (group * filters) / groups, filters / groups);
    }
    const index = all.findIndex((each) => each.name === name);
    current[index] = { ...current[index], weights: density };
    pruned = {
      ...pruned,
      weights: new Map(pruned.weights).set(`${name}/kernel`, { shape: kernel.shape, data: values }),
      masks: new Map(pruned.masks).set(name, mask),
      order: [...pruned.order, name],
    };
  }
  return pruned;
}

/** Columns `from` to `from + count` of a matrix of `width` columns. */
function columns(matrix: Float32Array, width: number, from: number, count: number): Float32Array {
  if (count === width) return matrix;
  const rows = matrix.length / width;
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    part.set(matrix.subarray(row * width + from, row * width + from + count), row * count);
  return part;
}

function putColumns(matrix: Float32Array, part: Float32Array, width: number, from: number, count: number): void {
  for (let row = 0; row < matrix.length / width; row++) {
    matrix.set(part.subarray(row * count, (row + 1) * count), row * width + from);
  }
}
