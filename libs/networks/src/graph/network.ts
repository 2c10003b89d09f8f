import type { Layer, Network } from '@espalier/contracts';

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

/**
 * A network that does not make sense: shapes that do not chain, a layer that is named twice, a file
 * that is not a model.
 */
export class NetworkError extends Error {
  override name = 'NetworkError';
}

/** The names that a layer takes its inputs from, `input` being the network's. */
export function sourcesOf(network: Network, index: number): readonly string[] {
  return network.layers[index].from ?? [index === 0 ? 'input' : network.layers[index - 1].name];
}

/** The layers that take an input from a layer, in the network's order. */
export function takersOf(network: Network, name: string): Layer[] {
  return network.layers.filter((_, i) => sourcesOf(network, i).includes(name));
}

export type BatchNormalization = Extract<Layer, { kind: 'batchNormalization' }>;

/** The batch normalisation that alone takes a layer's output. */
export function normalizationAfter(network: Network, name: string): BatchNormalization | undefined {
  const [taker, ...others] = takersOf(network, name);
  return taker?.kind === 'batchNormalization' && others.length === 0 ? taker : undefined;
}
