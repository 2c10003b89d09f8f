import type { LayerListInput } from '@espalier/contracts';

/**
 * Sandler et al., CVPR 2018, table 2: expansion, output channels, repeats and stride of each block.
 */
const BLOCKS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

function blocks(): LayerListInput['layers'] {
  let channels = 32;
  let before = 'conv1';
  return BLOCKS.flatMap(([expansion, filters, repeats, firstStride], i) =>
    Array.from({ length: repeats }, (_, j) => {
      const name = `block${i + 1}_${j + 1}`;
      const stride = j === 0 ? firstStride : 1;
      const layers: LayerListInput['layers'][number][] = [];
      if (expansion > 1) {
        layers.push({ name: `${name}/expand`, kind: 'conv', filters: channels * expansion, kernel: 1, from: before });
      }
      layers.push(
        { name: `${name}/depthwise`, kind: 'depthwise-conv', kernel: 3, stride, padding: 1 },
        { name: `${name}/project`, kind: 'conv', filters, kernel: 1 },
      );
      let last = `${name}/project`;
      if (stride === 1 && channels === filters) {
        layers.push({ name: `${name}/add`, kind: 'add', from: [last, before] });
        last = `${name}/add`;
      }
      channels = filters;
      before = last;
      return layers;
    }).flat(),
  );
}

export const mobilenetV2: LayerListInput = {
  name: 'mobilenet-v2',
  input: { channels: 3, height: 224, width: 224 },
  layers: [
    { name: 'conv1', kind: 'conv', filters: 32, kernel: 3, stride: 2, padding: 1 },
    ...blocks(),
    { name: 'conv_last', kind: 'conv', filters: 1280, kernel: 1 },
    { name: 'pool', kind: 'global-pool' },
    { name: 'fc', kind: 'dense', units: 1000 },
  ],
};
