import type { Network } from '../graph/network.js';
import { CIFAR_INPUT, NetworkBuilder } from './build-network.js';

/**
 * Six 3 × 3 convolutions in three stages, in the manner of Simonyan & Zisserman 2015, for images of
 * 32 × 32.
 */
export function vggSmall(): Network {
  const network = new NetworkBuilder('vgg-small', CIFAR_INPUT, 10);
  let flow = 'input';
  [64, 128, 256].forEach((filters, stage) => {
    for (const layer of [1, 2]) flow = network.convolution(`conv${stage + 1}_${layer}`, flow, filters);
    flow = network.maxPooling(`pool${stage + 1}`, flow, 2, 2);
  });
  flow = network.dense('fc1', network.flatten('flatten', flow), 256, 'relu');
  network.dense('fc2', flow, 10);
  return network.build();
}
