import { inferShapes } from '../graph/infer-shapes.js';
import { NetworkError, type Network } from '../graph/network.js';
import { checkWeights, type NetworkWeights } from '../graph/weights.js';

/**
 * What a model is read for. To `price` it, its shapes are enough. To `run` it, all weights are
 * needed, and what each layer computes. To `train` it, no two layers may share their weights
 * besides.
 */
export type ImportPurpose = 'price' | 'run' | 'train';

/** A network and its weights, as a file had them. */
export interface ImportedModel {
  readonly network: Network;
  readonly weights: NetworkWeights;
  /**
   * Names of the weights that the file does not hold: the model can be priced and shown, not run.
   */
  readonly missingWeights?: readonly string[];
  /** Why it can be priced and shown, not run: what is not known of its layers. */
  readonly priceOnly?: readonly string[];
  /** Layers that have the weights of one layer of the file, which the file uses several times. */
  readonly sharedLayers?: readonly (readonly string[])[];
}

/**
 * @throws NetworkError when the model is not complete enough for its purpose, or its weights do not
 *   fit the network
 */
export function checked(model: ImportedModel, purpose: ImportPurpose = 'run'): ImportedModel {
  const { network, weights, missingWeights = [], priceOnly = [], sharedLayers = [] } = model;
  const has = (name: string): boolean => !missingWeights.includes(name);
  checkWeights(network, weights, has);
  if (purpose === 'price') return model;
  if (priceOnly.length > 0) throw new NetworkError(priceOnly[0]);
  if (missingWeights.length > 0) {
    const some = missingWeights.slice(0, 3).join(', ');
    throw new NetworkError(
      `${network.name}: its file does not hold ${missingWeights.length} of its weights (${some}${missingWeights.length > 3 ? ', …' : ''}); without them it can be priced and shown only`,
    );
  }
  inferShapes(network);
  if (purpose === 'train' && sharedLayers.length > 0) {
    throw new NetworkError(
      `${network.name}: ${sharedLayers[0].join(' and ')} are one layer that is used several times; training and pruning cannot keep their weights equal. Give each use a layer of its own`,
    );
  }
  return model;
}

/**
 * Gives each layer a name that schedules can use: a letter, then letters, digits, `_ . -`, and none
 * twice.
 */
export class LayerNames {
  readonly #taken = new Set<string>(['input']);

  make(name: string): string {
    const safe = name
      .replace(/[^\w.-]/g, '_')
      .replace(/^(?![A-Za-z])/, 'layer_')
      .slice(0, 56);
    let unique = safe;
    for (let i = 2; this.#taken.has(unique); i++) unique = `${safe}_${i}`;
    this.#taken.add(unique);
    return unique;
  }
}

/** Reads that end in whatever a library throws end in a NetworkError. */
export async function reading<Result>(
  name: string,
  what: string,
  read: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new NetworkError(`${name} is not ${what}, or it is cut off (${reason})`, { cause: error });
  }
}
