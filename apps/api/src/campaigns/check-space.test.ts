import { CampaignSpecSchema, type CampaignSpecInput } from '@espalier/contracts';
import { zooNetwork, type Network } from '@espalier/networks';
import { describe, expect, it } from '@jest/globals';
import { checkSpace } from './check-space.js';

type SpaceInput = CampaignSpecInput['space'];

const check = (network: Network, space: SpaceInput): string[] => {
  const spec = { name: 'a', network: 'lenet-5', data: 'mnist', budget: { candidates: 1 }, space };
  return checkSpace(network, CampaignSpecSchema.parse(spec)).map(({ field, message }) => `${field}: ${message}`);
};
const lenet = zooNetwork('lenet-5');
const density: SpaceInput['density'] = { conv1: [0.1, 1] };

describe('checkSpace', () => {
  it('lets through what a network has', () => {
    const filters = { density: { conv1: [0.5, 1], fc1: [0.5, 1] } } satisfies SpaceInput['filters'];
    expect(check(lenet, { density, filters, criterion: ['magnitude', 'movement'] })).toEqual([]);
  });

  it('names a layer that there is not, with those that there are', () => {
    expect(check(lenet, { density: { conv9: [0.1, 1] } })).toEqual([
      'space.density.conv9: lenet-5 has no such layer; it has conv1, conv2, fc1, fc2',
    ]);
  });

  it.each(['gradual-magnitude', 'network-surgery', 'movement'] as const)('refuses %s without an epoch', (criterion) => {
    for (const most of [0, 3]) {
      expect(check(lenet, { density, criterion: ['magnitude', criterion], fineTune: { epochs: [0, most] } })).toEqual([
        `space.fineTune.epochs.0: ${criterion} prunes while it trains, and with 0 epochs removes nothing; allowed: ranges from 1 on, such as [1, ${Math.max(1, most)}]`,
      ]);
    }
    expect(check(lenet, { density, criterion: [criterion], fineTune: { epochs: [1, 1] } })).toEqual([]);
  });

  it('refuses network slimming of layers without a normalisation behind them, in either stage', () => {
    const bare =
      'network-slimming ranks filters by the batch normalisation behind them, and there is none behind conv1; leave out these layers or the criterion';
    const filters = { criterion: ['network-slimming' as const], density };
    expect(check(lenet, { density, filters })).toEqual([`space.filters.criterion: ${bare}`]);
    expect(check(lenet, { density, criterion: ['network-slimming'] })).toEqual([`space.criterion: ${bare}`]);
    const resnet = zooNetwork('resnet-20');
    const tied: SpaceInput = { density, filters: { criterion: ['network-slimming'], density } };
    expect(check(resnet, tied)).toEqual([]);
  });

  it('refuses layers that can lose no filter, by name and reason', () => {
    const refused = "fc2 can lose no filter: its filters are the network's answers, or belong to channels of its input";
    const all: SpaceInput['density'] = { conv1: [0.5, 1], fc2: [0.5, 1] };
    expect(check(lenet, { density, filters: { density: all } })).toEqual([
      `space.filters.density.fc2: ${refused}; leave it out`,
    ]);
    expect(check(lenet, { density: all, criterion: ['filter-l1'] })).toEqual([
      `space.density.fc2: ${refused}; leave it out`,
    ]);
    // Its weights may go.
    expect(check(lenet, { density: all, criterion: ['filter-l1', 'magnitude'] })).toEqual([]);
  });
});
