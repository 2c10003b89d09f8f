import type { LayerListInput } from '@espalier/contracts';

/** Szegedy et al., CVPR 2015, table 1: filters of the modules' branches. */
const MODULES = [
  ['3a', 64, 96, 128, 16, 32, 32],
  ['3b', 128, 128, 192, 32, 96, 64],
  ['4a', 192, 96, 208, 16, 48, 64],
  ['4b', 160, 112, 224, 24, 64, 64],
  ['4c', 128, 128, 256, 24, 64, 64],
  ['4d', 112, 144, 288, 32, 64, 64],
  ['4e', 256, 160, 320, 32, 128, 128],
  ['5a', 256, 160, 320, 32, 128, 128],
  ['5b', 384, 192, 384, 48, 128, 128],
] as const;

function moduleLayers(
  [name, one, reduce3, three, reduce5, five, pooled]: (typeof MODULES)[number],
  from: string,
): LayerListInput['layers'] {
  return [
    { name: `${name}/1x1`, kind: 'conv', filters: one, kernel: 1, from },
    { name: `${name}/3x3_reduce`, kind: 'conv', filters: reduce3, kernel: 1, from },
    { name: `${name}/3x3`, kind: 'conv', filters: three, kernel: 3, padding: 1 },
    { name: `${name}/5x5_reduce`, kind: 'conv', filters: reduce5, kernel: 1, from },
    { name: `${name}/5x5`, kind: 'conv', filters: five, kernel: 5, padding: 2 },
    { name: `${name}/pool`, kind: 'pool', kernel: 3, stride: 1, padding: 1, from },
    { name: `${name}/pool_proj`, kind: 'conv', filters: pooled, kernel: 1 },
    { name, kind: 'concat', from: [`${name}/1x1`, `${name}/3x3`, `${name}/5x5`, `${name}/pool_proj`] },
  ];
}

const modules = (from: string, names: readonly string[]): LayerListInput['layers'] =>
  MODULES.filter(([name]) => names.includes(name)).flatMap((module, i, all) =>
    moduleLayers(module, i === 0 ? from : all[i - 1][0]),
  );

export const googlenet: LayerListInput = {
  name: 'googlenet',
  input: { channels: 3, height: 224, width: 224 },
  layers: [
    { name: 'conv1', kind: 'conv', filters: 64, kernel: 7, stride: 2, padding: 3 },
    { name: 'pool1', kind: 'pool', kernel: 3, stride: 2, ceil: true },
    { name: 'conv2/reduce', kind: 'conv', filters: 64, kernel: 1 },
    { name: 'conv2', kind: 'conv', filters: 192, kernel: 3, padding: 1 },
    { name: 'pool2', kind: 'pool', kernel: 3, stride: 2, ceil: true },
    ...modules('pool2', ['3a', '3b']),
    { name: 'pool3', kind: 'pool', kernel: 3, stride: 2, ceil: true },
    ...modules('pool3', ['4a', '4b', '4c', '4d', '4e']),
    { name: 'pool4', kind: 'pool', kernel: 3, stride: 2, ceil: true },
    ...modules('pool4', ['5a', '5b']),
    { name: 'pool5', kind: 'global-pool' },
    { name: 'fc', kind: 'dense', units: 1000 },
  ],
};
