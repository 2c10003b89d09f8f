import type { Network } from '../graph/network.js';
import { CIFAR_INPUT, NetworkBuilder } from './build-network.js';

/**
 * SqueezeNet (Iandola et al. 2016) for images of 32 × 32, with batch normalisation: eight fire
 * modules.
 */
export function squeezeNet(): Network {
  const network = new NetworkBuilder('squeezenet-cifar', CIFAR_INPUT, 10);
  let flow = network.convolution('conv1', 'input', 64);
  [16, 16, 32, 32, 48, 48, 64, 64].forEach((squeezed, i) => {
    const name = `fire${i + 2}`;
    if (i === 0 || i === 2 || i === 6) flow = network.maxPooling(`pool${i + 1}`, flow, 3, 2, 'same');
    flow = network.convolution(`${name}_squeeze`, flow, squeezed, 'relu', { kernel: 1 });
    const narrow = network.convolution(`${name}_expand1`, flow, 4 * squeezed, 'relu', { kernel: 1 });
    const wide = network.convolution(`${name}_expand3`, flow, 4 * squeezed);
    flow = network.concatenate(`${name}_concat`, [narrow, wide]);
  });
  network.dense('fc', network.globalAveragePooling('pool', flow), 10);
  return network.build();
}
