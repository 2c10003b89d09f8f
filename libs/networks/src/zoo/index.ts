import type { CampaignSpec } from '@espalier/contracts';
import { NetworkError, type Network } from '../graph/network.js';
import { googleNet } from './googlenet.js';
import { lenet300100 } from './lenet-300-100.js';
import { lenet5 } from './lenet-5.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { residualNetwork } from './resnet.js';
import { squeezeNet } from './squeezenet.js';
import { vggSmall } from './vgg-small.js';

const networks: readonly Network[] = [
  lenet5,
  lenet300100,
  vggSmall(),
  residualNetwork(20),
  residualNetwork(32),
  residualNetwork(56),
  mobileNetV2(),
  squeezeNet(),
  googleNet(),
];

export const ZOO: readonly string[] = networks.map(({ name }) => name);

/** @throws NetworkError when the zoo has none of that name */
export function zooNetwork(name: string): Network {
  const network = networks.find((each) => each.name === name);
  if (!network) throw new NetworkError(`there is no network '${name}'; the zoo has: ${ZOO.join(', ')}`);
  return network;
}

/**
 * A network as a spec names it: of the zoo, or written out.
 *
 * @throws NetworkError when the zoo has none of that name
 */
export function resolveNetwork(nameOrDescription: CampaignSpec['network']): Network {
  return typeof nameOrDescription === 'string' ? zooNetwork(nameOrDescription) : nameOrDescription;
}
