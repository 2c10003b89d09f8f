import type { Network } from '@espalier/contracts';

export type {
  Activation,
  Conv2d,
  Dense,
  GlobalPooling2d,
  Layer,
  Network,
  NetworkInput,
  Padding,
  Pooling2d,
} from '@espalier/contracts';

/** A network that does not make sense: shapes that do not chain, a layer that is named twice, a file that is not a model. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

/** The names that a layer takes its inputs from, `input` being the network's. */
export function sourcesOf(network: Network, index: number): readonly string[] {
  return network.layers[index].from ?? [index === 0 ? 'input' : network.layers[index - 1].name];
}
