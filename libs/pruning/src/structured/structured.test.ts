import { eyeriss } from '@espalier/energy-model';
import {
  channelGraph,
  dependencyGroups,
  inferShapes,
  weightShapes,
  ZOO,
  zooNetwork,
  type Network,
  type NetworkWeights,
} from '@espalier/networks';
import { RandomStream } from '@espalier/random';
import { describe, expect, it } from '@jest/globals';
import { filterGeometricMedian } from './filter-geometric-median.js';
import { filterL1 } from './filter-l1.js';
import { networkSlimming } from './network-slimming.js';
import { pruneFilters, pruneFiltersByEnergy } from './prune-filters.js';
import { removeChannels } from './remove-channels.js';

function randomWeights(network: Network, seed = 1): NetworkWeights {
  const random = new RandomStream(seed, 0);
  return new Map(
    [...weightShapes(network)].map(([name, shape]) => {
      const size = shape.reduce((product, each) => product * each, 1);
      return [name, { shape, data: Float32Array.from({ length: size }, () => random.normal()) }];
    }),
  );
}

describe('dependency groups', () => {
  it('of LeNet-5 are its layers one by one, without the last', () => {
    expect(dependencyGroups(zooNetwork('lenet-5')).map(({ layers, channels }) => [layers, channels.length])).toEqual([
      [['conv1'], 20],
      [['conv2'], 50],
      [['fc1'], 500],
    ]);
  });

  it('of ResNet-20 tie what is added to a stage’s shortcut, as published for Torch-Pruning', () => {
    const groups = dependencyGroups(zooNetwork('resnet-20'));
    const tied = groups.filter(({ layers }) => layers.length > 1);
    expect(tied.map(({ channels }) => channels.length)).toEqual([16, 32, 64]);
    expect(tied[0].layers).toEqual(['conv1', ...[1, 2, 3].map((block) => `stage1_block${block}_conv2`)]);
    expect(tied[1].layers).toContain('stage2_block1_shortcut');
    expect(groups.filter(({ layers }) => layers.length === 1)).toHaveLength(9);
  });

  it('of MobileNetV2 tie a depthwise convolution to what it takes from', () => {
    const groups = dependencyGroups(zooNetwork('mobilenet-v2-cifar'));
    expect(groups.some(({ layers }) => layers.join() === 'stage2_block1_expand,stage2_block1_depthwise')).toBe(true);
  });
});

describe('removing channels', () => {
  it.each(ZOO)('leaves a network whose shapes chain and whose weights fit: %s', (name) => {
    const network = zooNetwork(name);
    const graph = channelGraph(network);
    const removed = new Set(
      dependencyGroups(network, graph).flatMap(({ channels }) => channels.filter((_, i) => i % 3 === 1)),
    );
    const smaller = removeChannels(network, randomWeights(network), removed, graph);
    inferShapes(smaller.network);
    for (const [weight, shape] of weightShapes(smaller.network)) {
      expect([weight, smaller.weights.get(weight)?.shape]).toEqual([weight, shape]);
      expect(smaller.weights.get(weight)?.data).toHaveLength(shape.reduce((product, each) => product * each, 1));
    }
    const count = (weights: NetworkWeights): number =>
      [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(count(smaller.weights)).toBeLessThan(0.7 * count(randomWeights(network)));
  });

  it('picks the right rows behind a flatten, where a channel is many inputs', () => {
    const network: Network = {
      name: 'small',
      input: { height: 2, width: 1, channels: 1 },
      classes: 2,
      layers: [
        {
          kind: 'conv2d',
          name: 'conv',
          filters: 3,
          kernelSize: [1, 1],
          stride: 1,
          padding: 'valid',
          activation: 'relu',
        },
        { kind: 'flatten', name: 'flat' },
        { kind: 'dense', name: 'fc', units: 2, activation: 'linear' },
      ],
    };
    const weights = new Map(randomWeights(network));
    weights.set('fc/kernel', { shape: [6, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) });
    const graph = channelGraph(network);
    const removed = new Set([graph.channels.get('conv')?.[1] ?? -1]);
    const smaller = removeChannels(network, weights, removed, graph);
    expect([...(smaller.weights.get('fc/kernel')?.data ?? [])]).toEqual([0, 1, 4, 5, 6, 7, 10, 11]);
  });
});

describe('criteria of filters', () => {
  const network = zooNetwork('resnet-20');
  const layer = { network, name: 'conv1', weights: randomWeights(network), gradients: undefined };

  it('by L1 are the sums of absolute weights', () => {
    const { data } = layer.weights.get('conv1/kernel') ?? { data: new Float32Array() };
    let sum = 0;
    for (let i = 0; i < 27; i++) sum += Math.abs(data[i * 16 + 5]);
    expect(filterL1(layer)?.[5]).toBeCloseTo(sum, 4);
  });

  it('by the geometric median is least for the filter in the middle', () => {
    const kernel = { shape: [1, 1, 1, 3], data: Float32Array.of(-1, 0.1, 1) };
    const weights = new Map([['conv1/kernel', kernel]]);
    const scores = filterGeometricMedian({ ...layer, weights }) ?? new Float32Array();
    expect(scores.indexOf(Math.min(...scores))).toBe(1);
  });

  it('by network slimming are the scales of the normalisation behind, and refused where there is none', () => {
    const gamma = layer.weights.get('conv1_bn/gamma')?.data ?? new Float32Array();
    expect(networkSlimming(layer)).toEqual(gamma.map(Math.abs));
    const lenet = zooNetwork('lenet-5');
    const bare = { network: lenet, name: 'conv1', weights: randomWeights(lenet), gradients: undefined };
    expect(networkSlimming(bare)).toBeUndefined();
    expect(() => pruneFilters(lenet, bare.weights, { criterion: networkSlimming, density: { conv1: 0.5 } })).toThrow(
      'conv1: there is nothing to rank its filters by; network slimming needs a batch normalisation',
    );
  });

  it('keep as many filters of a group as the density says, the largest ones', () => {
    const lenet = zooNetwork('lenet-5');
    const weights = randomWeights(lenet);
    const { network: pruned } = pruneFilters(lenet, weights, {
      criterion: filterL1,
      density: { conv1: 0.25, fc1: 0.1 },
    });
    const sizes = pruned.layers.flatMap((each) =>
      'filters' in each ? each.filters : 'units' in each ? each.units : [],
    );
    expect(sizes).toEqual([5, 50, 50, 10]);
  });

  it('by energy meet the budget, and take filters where they save most', () => {
    const lenet = zooNetwork('lenet-5');
    const weights = randomWeights(lenet);
    const density = { conv1: 0.5, conv2: 0.5, fc1: 0.5 };
    const same = {
      criterion: ({ weights: all, name }: { weights: NetworkWeights; name: string }) =>
        new Float32Array(all.get(`${name}/bias`)?.data.length ?? 0).fill(1),
      density,
    };
    const { network: pruned } = pruneFiltersByEnergy(lenet, weights, same, { accelerator: eyeriss, batch: 1 });
    const units = pruned.layers.flatMap((each) => ('units' in each ? each.units : []));
    // A filter of conv2 takes 8,000 weights of fc1 with it, a unit of fc1 810: with equal losses
    // conv2 gives first.
    const conv2 = pruned.layers.find(({ name }) => name === 'conv2');
    expect(conv2 && 'filters' in conv2 ? conv2.filters : Infinity).toBeLessThan(25);
    expect(units[0]).toBe(500);
  });
});
