import type { LayerListInput } from '@espalier/contracts';

/**
 * He et al., CVPR 2016, table 1; strides of the bottlenecks on their 3 × 3 layers, as torchvision
 * has them.
 */
function resnet(name: string, repeats: readonly number[], bottleneck: boolean): LayerListInput {
  const layers: LayerListInput['layers'][number][] = [];
  let before = 'pool1';
  let channels = 64;
  repeats.forEach((count, i) => {
    const width = 64 * 2 ** i;
    const out = bottleneck ? 4 * width : width;
    for (let j = 0; j < count; j++) {
      const block = `conv${i + 2}_${j + 1}`;
      const stride = j === 0 && i > 0 ? 2 : 1;
      const conv = (
        part: string,
        filters: number,
        kernel: number,
        options: { stride?: number; from?: string } = {},
      ): void =>
        void layers.push({
          name: `${block}/${part}`,
          kind: 'conv',
          filters,
          kernel,
          padding: (kernel - 1) / 2,
          ...options,
        });
      if (bottleneck) {
        conv('1x1a', width, 1, { from: before });
        conv('3x3', width, 3, { stride });
        conv('1x1b', out, 1);
      } else {
        conv('3x3a', width, 3, { stride, from: before });
        conv('3x3b', width, 3);
      }
      const main = layers[layers.length - 1].name;
      let shortcut = before;
      if (stride > 1 || channels !== out) {
        conv('shortcut', out, 1, { stride, from: before });
        shortcut = `${block}/shortcut`;
      }
      layers.push({ name: `${block}/add`, kind: 'add', from: [main, shortcut] });
      before = `${block}/add`;
      channels = out;
    }
  });
  return {
    name,
    input: { channels: 3, height: 224, width: 224 },
    layers: [
      { name: 'conv1', kind: 'conv', filters: 64, kernel: 7, stride: 2, padding: 3 },
      { name: 'pool1', kind: 'pool', kernel: 3, stride: 2, padding: 1 },
      ...layers,
      { name: 'pool5', kind: 'global-pool' },
      { name: 'fc', kind: 'dense', units: 1000 },
    ],
  };
}

export const resnet18 = resnet('resnet-18', [2, 2, 2, 2], false);
export const resnet50 = resnet('resnet-50', [3, 4, 6, 3], true);
