import { CampaignSpecSchema } from '@espalier/contracts';
import { zooNetwork, type Network } from '@espalier/networks';
import { describe, expect, it } from '@jest/globals';
import { checkSpec } from './check-spec.js';

const lenet = zooNetwork('lenet-5');

const check = (network: Network) =>
  checkSpec(
    CampaignSpecSchema.parse({
      name: 'a',
      network,
      weights: '0'.repeat(64),
      data: 'mnist',
      budget: { candidates: 1 },
      space: { density: { conv1: [0.1, 1] } },
    }),
  );

describe('checkSpec', () => {
  it('lets a network through that can be trained', async () => {
    expect(await check(lenet)).toEqual([]);
  });

  it('refuses one that cannot, by layer and reason', async () => {
    const side = { kind: 'conv2d', name: 'side', from: ['input'], filters: 2, kernelSize: [3, 3] } as const;
    const layers = [{ ...side, stride: 1, padding: 'same', activation: 'relu' } as const, ...lenet.layers];
    const [first, ...others] = layers.slice(1);
    const network = { ...lenet, layers: [layers[0], { ...first, from: ['input'] }, ...others] };
    expect(await check(network)).toEqual([
      {
        field: 'network',
        value: 'lenet-5',
        message: "layer side: its output does not reach the network's, so that it cannot be trained; leave it out",
      },
    ]);
  });
});
