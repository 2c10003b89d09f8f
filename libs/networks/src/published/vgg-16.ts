import type { LayerListInput } from '@espalier/contracts';

/** Simonyan, Zisserman, ICLR 2015, configuration D. */
export const vgg16: LayerListInput = {
  name: 'vgg-16',
  input: { channels: 3, height: 224, width: 224 },
  layers: [
    ...[
      [64, 64],
      [128, 128],
      [256, 256, 256],
      [512, 512, 512],
      [512, 512, 512],
    ].flatMap((block, i) => [
      ...block.map((filters, j) => ({
        name: `conv${i + 1}_${j + 1}`,
        kind: 'conv' as const,
        filters,
        kernel: 3,
        padding: 1,
      })),
      { name: `pool${i + 1}`, kind: 'pool' as const, kernel: 2 },
    ]),
    { name: 'fc1', kind: 'dense', units: 4096 },
    { name: 'fc2', kind: 'dense', units: 4096 },
    { name: 'fc3', kind: 'dense', units: 1000 },
  ],
};
