import { NetworkError, type Network } from '../network.js';
import { lenet5 } from './lenet-5.js';

const networks: readonly Network[] = [lenet5];

export const ZOO: readonly string[] = networks.map(({ name }) => name);

/** @throws NetworkError when the zoo has none of that name */
export function zooNetwork(name: string): Network {
  const network = networks.find((each) => each.name === name);
  if (!network) throw new NetworkError(`there is no network '${name}'; the zoo has: ${ZOO.join(', ')}`);
  return network;
}
