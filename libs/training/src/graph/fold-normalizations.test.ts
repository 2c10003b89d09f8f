import type { Network } from '@espalier/networks';
import { expect, it } from '@jest/globals';
import { normalizedLayers } from './fold-normalizations.js';
import { residual } from '../testing/residual-network.js';

const names = (network: Network): [string, string][] =>
  normalizedLayers(network).map(({ layer, normalization }) => [layer.name, normalization.name]);

/** The residual network with one layer made otherwise. */
const having = (name: string, change: object): Network => ({
  ...residual,
  layers: residual.layers.map((layer) => (layer.name === name ? { ...layer, ...change } : layer)),
});

it('a normalisation is part of the convolution before it', () => {
  expect(names(residual)).toEqual([
    ['stem', 'stem_norm'],
    ['depthwise', 'depthwise_norm'],
  ]);
});

it('a normalisation stays where what it normalises has been activated, or is taken by others too', () => {
  expect(names(having('stem', { activation: 'relu' }))).toEqual([['depthwise', 'depthwise_norm']]);
  expect(names(having('sum', { from: ['depthwise_norm', 'depthwise'] }))).toEqual([['stem', 'stem_norm']]);
});
