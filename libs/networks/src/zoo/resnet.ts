import type { Network } from '../graph/network.js';
import { CIFAR_INPUT, NetworkBuilder } from './build-network.js';

/**
 * The residual networks for CIFAR-10 of He et al. 2016, section 4.2: 6n + 2 layers in three stages
 * of 16, 32 and 64 filters. Where a stage begins, a 1 × 1 convolution projects the shortcut (their
 * option B): no parameter-free padding of channels, which no exchange format has a layer for.
 */
export function residualNetwork(depth: 20 | 32 | 56): Network {
  const network = new NetworkBuilder(`resnet-${depth}`, CIFAR_INPUT, 10);
  const blocks = (depth - 2) / 6;
  let flow = network.convolution('conv1', 'input', 16);
  [16, 32, 64].forEach((filters, stage) => {
    for (let block = 1; block <= blocks; block++) {
      const name = `stage${stage + 1}_block${block}`;
      const stride = stage > 0 && block === 1 ? 2 : 1;
      const first = network.convolution(`${name}_conv1`, flow, filters, 'relu', { stride });
      const second = network.convolution(`${name}_conv2`, first, filters, 'linear');
      const shortcut =
        stride === 1 ? flow : network.convolution(`${name}_shortcut`, flow, filters, 'linear', { kernel: 1, stride });
      flow = network.activation(`${name}_relu`, network.add(`${name}_add`, [second, shortcut]), 'relu');
    }
  });
  network.dense('fc', network.globalAveragePooling('pool', flow), 10);
  return network.build();
}
