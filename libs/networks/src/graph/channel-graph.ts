import { inferShapes } from './infer-shapes.js';
import type { Network } from './network.js';

/**
 * Which channels of a network are one and the same when it comes to removing them: those that are
 * added to each other, or pass through a layer that keeps channels apart, and those at the same
 * place in each group of a grouped convolution, since all groups must stay of one size. Each has a
 * number.
 */
export interface ChannelGraph {
  /** The channels of each tensor, by the layer that makes it (`input` for the network's). */
  readonly channels: ReadonlyMap<string, readonly number[]>;
  /** Channels that must stay: those of the network's input and of its answers. */
  readonly fixed: ReadonlySet<number>;
}

/** @throws NetworkError when shapes do not chain */
export function channelGraph(network: Network): ChannelGraph {
  const parents: number[] = [];
  const fresh = (count: number): number[] =>
    Array.from({ length: count }, () => {
      parents.push(parents.length);
      return parents.length - 1;
    });
  const root = (channel: number): number => {
    let at = channel;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  };
  const tie = (a: number, b: number): void => {
    const [first, second] = [root(a), root(b)];
    parents[Math.max(first, second)] = Math.min(first, second);
  };

  const tieGroups = (channels: readonly number[], groups: number): void => {
    const size = channels.length / groups;
    channels.forEach((channel, i) => tie(channel, channels[i % size]));
  };

  const made = new Map<string, readonly number[]>([['input', fresh(network.input.channels)]]);
  const fixed = [...(made.get('input') ?? [])];
  for (const { layer, sources, input, output } of inferShapes(network)) {
    const taken = sources.map((source) => made.get(source) ?? []);
    const [first] = taken;
    const own = ((): readonly number[] => {
      switch (layer.kind) {
        case 'conv2d': {
          const { groups = 1, filters } = layer;
          const channels = fresh(filters);
          if (groups > 1 && groups === input.channels) {
            channels.forEach((channel, i) => tie(channel, first[Math.floor((i * groups) / filters)]));
          } else if (groups > 1) {
            tieGroups(channels, groups);
            tieGroups(first, groups);
          }
          return channels;
        }
        case 'transposedConv2d':
          return fresh(layer.filters);
        case 'dense':
          return fresh(layer.units);
        case 'flatten':
          return Array.from({ length: input.height * input.width }, () => first).flat();
        case 'concatenate':
          return taken.flat();
        case 'add':
        case 'multiply':
          for (const other of taken.slice(1)) other.forEach((channel, i) => tie(channel, first[i]));
          return first;
        case 'activation':
        case 'batchNormalization':
        case 'rescaling':
        case 'zeroPadding2d':
        case 'maxPooling2d':
        case 'averagePooling2d':
        case 'globalAveragePooling2d':
        case 'globalMaxPooling2d':
          return first;
      }
    })();
    if (own.length !== output.channels) throw new RangeError(`${layer.name} has lost count of its channels`);
    made.set(layer.name, own);
  }
  fixed.push(...(made.get(network.layers[network.layers.length - 1].name) ?? []));
  return {
    channels: new Map([...made].map(([name, channels]) => [name, channels.map(root)])),
    fixed: new Set(fixed.map(root)),
  };
}

/**
 * Layers whose filters must go together, as Torch-Pruning's dependency groups (Fang et al. 2023).
 */
export interface DependencyGroup {
  readonly layers: readonly string[];
  /** Numbers of the channels that may be removed. */
  readonly channels: readonly number[];
}

/** The groups of a network whose channels may be removed, in the order of their first layers. */
export function dependencyGroups(network: Network, graph: ChannelGraph = channelGraph(network)): DependencyGroup[] {
  const groups: { layers: string[]; channels: Set<number> }[] = [];
  for (const layer of network.layers) {
    if (layer.kind !== 'conv2d' && layer.kind !== 'dense') continue;
    const channels = (graph.channels.get(layer.name) ?? []).filter((channel) => !graph.fixed.has(channel));
    if (channels.length === 0) continue;
    const tied = groups.filter((group) => channels.some((channel) => group.channels.has(channel)));
    const [into = { layers: [], channels: new Set<number>() }] = tied;
    if (tied.length === 0) groups.push(into);
    for (const other of tied.slice(1)) {
      groups.splice(groups.indexOf(other), 1);
      into.layers.push(...other.layers);
      other.channels.forEach((channel) => into.channels.add(channel));
    }
    into.layers.push(layer.name);
    channels.forEach((channel) => into.channels.add(channel));
  }
  return groups.map(({ layers, channels }) => ({ layers, channels: [...channels].sort((a, b) => a - b) }));
}

/**
 * The layers with weights that can lose no filter, each with the reason.
 *
 * @throws NetworkError when shapes do not chain
 */
export function layersWithFixedFilters(network: Network): Map<string, string> {
  const { channels, fixed } = channelGraph(network);
  const reasons = new Map<string, string>();
  for (const { kind, name } of network.layers) {
    if (kind !== 'conv2d' && kind !== 'dense') continue;
    const own = new Set(channels.get(name) ?? []);
    const isFixed = [...own].every((channel) => fixed.has(channel));
    if (isFixed) reasons.set(name, "its filters are the network's answers, or belong to channels of its input");
    else if (own.size === 1) reasons.set(name, 'it has one filter, or its groups have one filter each');
  }
  return reasons;
}
