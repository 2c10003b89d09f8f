import { fieldErrors, LayerListSchema } from '@espalier/contracts';
import {
  importModel,
  NetworkError,
  pricedNetwork,
  PUBLISHED_NETWORKS,
  pricedLayers,
  ZOO,
  zooNetwork,
  type PricedNetwork,
} from '@espalier/networks';
import { CommandError } from '../command-error.js';
import { fieldLines } from '../output/field-lines.js';
import { isFile } from './read-accelerator.js';
import { readYaml } from './read-spec.js';

/** Names of all networks that can be priced without a file. */
export const NETWORK_NAMES: readonly string[] = [...ZOO, ...PUBLISHED_NETWORKS.map(({ name }) => name)];

/**
 * A network to price: of the zoo, of the literature, or from a file: a layer list (YAML or JSON),
 * ONNX, tfjs's model.json, or Keras (.keras, .h5).
 *
 * @throws NetworkError when there is none of that name, or its file cannot be priced
 * @throws CommandError when its file cannot be read, naming each field that is wrong
 */
export async function readNetwork(nameOrFile: string): Promise<PricedNetwork> {
  return isFile(nameOrFile) ? fromFile(nameOrFile) : named(nameOrFile);
}

function named(name: string): PricedNetwork {
  const published = PUBLISHED_NETWORKS.find((network) => network.name === name);
  if (published) return pricedNetwork(published);
  if (!ZOO.includes(name)) {
    throw new NetworkError(
      `there is no network '${name}'; there are ${NETWORK_NAMES.join(', ')}, or give a file (.yaml, .json, .onnx, .keras, .h5)`,
    );
  }
  return pricedLayers(zooNetwork(name));
}

async function fromFile(path: string): Promise<PricedNetwork> {
  if (!/\.(ya?ml|json)$/i.test(path)) return pricedModel(path);
  const content = await readYaml(path);
  if (typeof content === 'object' && content !== null && 'modelTopology' in content) {
    return pricedModel(path);
  }
  const parsed = LayerListSchema.safeParse(content);
  if (parsed.success) return pricedNetwork(parsed.data);
  const lines = fieldLines(fieldErrors(parsed.error.issues, content));
  throw new CommandError('invalid', [`${path} is not a list of layers:`, ...lines].join('\n'));
}

async function pricedModel(path: string): Promise<PricedNetwork> {
  return pricedLayers((await importModel(path, 'price')).network);
}
