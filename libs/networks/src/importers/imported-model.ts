import { NetworkError, type Network } from '../network.js';
import { checkWeights, type NetworkWeights } from '../weights.js';

/** A network and its weights, as a file had them. */
export interface ImportedModel {
  readonly network: Network;
  readonly weights: NetworkWeights;
}

/** @throws NetworkError when the weights do not fit the network, or have values that are not finite */
export function checked(model: ImportedModel): ImportedModel {
  checkWeights(model.network, model.weights);
  return model;
}

/** Gives each layer a name that schedules can use: a letter, then letters, digits, `_ . -`, and none twice. */
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
