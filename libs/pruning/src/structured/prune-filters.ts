import { NetworkPricer, type Accelerator } from '@espalier/energy-model';
import {
  channelGraph,
  dependencyGroups,
  weightedLayers,
  type ChannelGraph,
  type DependencyGroup,
  type Network,
  type NetworkWeights,
} from '@espalier/networks';
import type { Gradients } from '../pruning-data.js';
import { FilterScoreError, type FilterCriterion } from './filter-scores.js';
import { RemovedChannels } from './removed-channels.js';
import { removeChannels } from './remove-channels.js';

export interface FilterPruning {
  readonly criterion: FilterCriterion;
  /** Fraction of filters to keep, by layer. Of layers that go together the mean of those named. */
  readonly density: Readonly<Record<string, number>>;
  readonly gradients?: ReadonlyMap<string, Gradients>;
}

/**
 * Removes from each group of layers the filters of the lowest score, summed over the filters that
 * go together.
 */
export function pruneFilters(
  network: Network,
  weights: NetworkWeights,
  { criterion, density, gradients }: FilterPruning,
): { network: Network; weights: NetworkWeights } {
  const graph = channelGraph(network);
  const removed = new RemovedChannels(graph);
  for (const group of dependencyGroups(network, graph)) {
    const share = densityOf(group, density);
    if (share === undefined) continue;
    const scores = channelScores(network, weights, graph, group, criterion, gradients, true);
    removed.addAtMost(group.channels.length - keptChannels(group, share), lowestFirst(group, scores));
  }
  return removeChannels(network, weights, removed.channels, graph);
}

/** In how many portions the energy-aware ranking removes, energies being priced anew for each. */
const PORTIONS = 12;

/**
 * Removes the filters that cost least accuracy for each joule they save, until the network takes
 * what the densities would have it take. Where they are removed is the method's choice; the
 * densities only set the budget.
 */
export function pruneFiltersByEnergy(
  network: Network,
  weights: NetworkWeights,
  { criterion, density, gradients }: FilterPruning,
  { accelerator, batch }: { accelerator: Accelerator; batch: number },
): { network: Network; weights: NetworkWeights } {
  const graph = channelGraph(network);
  const groups = dependencyGroups(network, graph).filter((group) => densityOf(group, density) !== undefined);
  const energyWithout = (removed: ReadonlySet<number>): number =>
    new NetworkPricer(
      weightedLayers(removeChannels(network, weights, removed, graph).network).map(({ shape }) => shape),
      batch,
      accelerator,
    ).dense().total;
  const byCount = new RemovedChannels(graph);
  for (const group of groups) {
    const kept = keptChannels(group, densityOf(group, density) ?? 1);
    byCount.addAtMost(group.channels.length - kept, [...group.channels].reverse());
  }
  const target = energyWithout(byCount.channels);
  const scores = new Map(
    groups.map((group) => [group, channelScores(network, weights, graph, group, criterion, gradients, false)]),
  );
  const removed = new RemovedChannels(graph);
  const portion = Math.max(1, Math.ceil(byCount.channels.size / PORTIONS));
  for (let energy = energyWithout(removed.channels); energy > target; energy = energyWithout(removed.channels)) {
    const ranked = groups.flatMap((group) => {
      const offered = lowestFirst(group, scores.get(group) ?? new Map()).filter((channel) => removed.allows(channel));
      if (offered.length === 0) return [];
      const trial = removed.with(Math.max(1, offered.length >> 3), offered);
      const saved = (energy - energyWithout(trial)) / (trial.size - removed.channels.size);
      return offered.map((channel) => ({
        channel,
        price: (scores.get(group)?.get(channel) ?? 0) / Math.max(saved, 1e-30),
      }));
    });
    if (ranked.length === 0) break;
    ranked.sort((a, b) => a.price - b.price || a.channel - b.channel);
    removed.addAtMost(
      portion,
      ranked.map(({ channel }) => channel),
    );
  }
  return removeChannels(network, weights, removed.channels, graph);
}

function densityOf({ layers }: DependencyGroup, density: Readonly<Record<string, number>>): number | undefined {
  const named = layers.filter((layer) => Object.hasOwn(density, layer)).map((layer) => density[layer]);
  return named.length === 0 ? undefined : named.reduce((sum, each) => sum + each, 0) / named.length;
}

const keptChannels = ({ channels }: DependencyGroup, density: number): number =>
  Math.max(1, Math.round(channels.length * density));

function lowestFirst({ channels }: DependencyGroup, scores: ReadonlyMap<number, number>): number[] {
  return [...channels].sort((a, b) => (scores.get(a) ?? 0) - (scores.get(b) ?? 0) || a - b);
}

/**
 * @param relative whether each layer of the group counts by its own mean: layers that go together
 *   may differ in scale where scores are magnitudes; where they are changes of the loss they add up
 *   as they are
 */
function channelScores(
  network: Network,
  weights: NetworkWeights,
  graph: ChannelGraph,
  group: DependencyGroup,
  criterion: FilterCriterion,
  gradients: ReadonlyMap<string, Gradients> | undefined,
  relative: boolean,
): Map<number, number> {
  const scores = new Map<number, number>();
  for (const name of group.layers) {
    const own = criterion({ network, name, weights, gradients: gradients?.get(name) });
    if (!own) continue;
    const mean = (relative && own.reduce((sum, score) => sum + score, 0) / own.length) || 1;
    graph.channels.get(name)?.forEach((channel, filter) => {
      scores.set(channel, (scores.get(channel) ?? 0) + own[filter] / mean);
    });
  }
  if (scores.size === 0) {
    throw new FilterScoreError(
      `${group.layers.join(', ')}: there is nothing to rank its filters by; network slimming needs a batch normalisation`,
    );
  }
  return scores;
}
