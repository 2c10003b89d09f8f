import type { Network } from '../graph/network.js';
import { CIFAR_INPUT, NetworkBuilder } from './build-network.js';

/**
 * 1 × 1; 3 × 3 reduced and made; 5 × 5 reduced and made; pooled and projected (Szegedy et al. 2015,
 * table 1).
 */
const MODULES: Record<string, readonly [number, number, number, number, number, number]> = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
};

/**
 * GoogLeNet for images of 32 × 32: its nine modules behind one convolution, with batch
 * normalisation.
 */
export function googleNet(): Network {
  const network = new NetworkBuilder('googlenet-cifar', CIFAR_INPUT, 10);
  let flow = network.convolution('conv1', 'input', 192);
  for (const [module, [one, reduce3, three, reduce5, five, pooled]] of Object.entries(MODULES)) {
    const name = `module${module}`;
    if (module.endsWith('a')) flow = network.maxPooling(`${name}_pool`, flow, 3, 2, 'same');
    const point = { kernel: 1 };
    const branches = [
      network.convolution(`${name}_1x1`, flow, one, 'relu', point),
      network.convolution(
        `${name}_3x3`,
        network.convolution(`${name}_3x3_reduce`, flow, reduce3, 'relu', point),
        three,
      ),
      network.convolution(
        `${name}_5x5`,
        network.convolution(`${name}_5x5_reduce`, flow, reduce5, 'relu', point),
        five,
        'relu',
        { kernel: 5 },
      ),
      network.convolution(
        `${name}_pool_project`,
        network.maxPooling(`${name}_inner_pool`, flow, 3, 1, 'same'),
        pooled,
        'relu',
        point,
      ),
    ];
    flow = network.concatenate(`${name}_concat`, branches);
  }
  network.dense('fc', network.globalAveragePooling('pool', flow), 10);
  return network.build();
}
