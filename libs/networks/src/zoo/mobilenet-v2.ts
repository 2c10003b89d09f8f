import type { Network } from '../graph/network.js';
import { CIFAR_INPUT, NetworkBuilder } from './build-network.js';

/**
 * Expansion, filters, repeats and first stride of each stage (Sandler et al. 2018, table 2); early
 * strides are 1 at 32 × 32.
 */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 1],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 for images of 32 × 32. */
export function mobileNetV2(): Network {
  const network = new NetworkBuilder('mobilenet-v2-cifar', CIFAR_INPUT, 10);
  let flow = network.convolution('conv1', 'input', 32, 'relu6');
  STAGES.forEach(([expansion, filters, repeats, firstStride], stage) => {
    for (let repeat = 1; repeat <= repeats; repeat++) {
      const name = `stage${stage + 1}_block${repeat}`;
      const stride = repeat === 1 ? firstStride : 1;
      const input = flow;
      if (expansion > 1) {
        const expanded = network.channelsOf(input) * expansion;
        flow = network.convolution(`${name}_expand`, flow, expanded, 'relu6', { kernel: 1 });
      }
      flow = network.depthwise(`${name}_depthwise`, flow, stride, 'relu6');
      flow = network.convolution(`${name}_project`, flow, filters, 'linear', { kernel: 1 });
      if (stride === 1 && network.channelsOf(input) === filters) flow = network.add(`${name}_add`, [flow, input]);
    }
  });
  flow = network.convolution('conv2', flow, 1280, 'relu6', { kernel: 1 });
  network.dense('fc', network.globalAveragePooling('pool', flow), 10);
  return network.build();
}
