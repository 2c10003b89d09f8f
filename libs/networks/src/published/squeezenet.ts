import type { LayerListInput } from '@espalier/contracts';

const fire = (name: string, squeeze: number, expand: number): LayerListInput['layers'] => [
  { name: `${name}/squeeze`, kind: 'conv', filters: squeeze, kernel: 1 },
  { name: `${name}/expand1x1`, kind: 'conv', filters: expand, kernel: 1, from: `${name}/squeeze` },
  { name: `${name}/expand3x3`, kind: 'conv', filters: expand, kernel: 3, padding: 1, from: `${name}/squeeze` },
  { name, kind: 'concat', from: [`${name}/expand1x1`, `${name}/expand3x3`] },
];

/** Iandola et al., 2016 (arXiv 1602.07360), version 1.0 of table 1. */
export const squeezenet: LayerListInput = {
  name: 'squeezenet',
  input: { channels: 3, height: 224, width: 224 },
  layers: [
    { name: 'conv1', kind: 'conv', filters: 96, kernel: 7, stride: 2, padding: 2 },
    { name: 'pool1', kind: 'pool', kernel: 3, stride: 2 },
    ...fire('fire2', 16, 64),
    ...fire('fire3', 16, 64),
    ...fire('fire4', 32, 128),
    { name: 'pool4', kind: 'pool', kernel: 3, stride: 2 },
    ...fire('fire5', 32, 128),
    ...fire('fire6', 48, 192),
    ...fire('fire7', 48, 192),
    ...fire('fire8', 64, 256),
    { name: 'pool8', kind: 'pool', kernel: 3, stride: 2 },
    ...fire('fire9', 64, 256),
    { name: 'conv10', kind: 'conv', filters: 1000, kernel: 1 },
    { name: 'pool10', kind: 'global-pool' },
  ],
};
