import { NetworkError } from '../../graph/network.js';

/** The names of the weights that a file, or a group of it, holds. */
export class WeightNames {
  /** The layer that each name was found for. */
  readonly #owners = new Map<string, string>();

  constructor(readonly names: readonly string[]) {}

  /**
   * The name of a layer's weight: it ends in the weight's own name, before that the layer's, before
   * that perhaps those of the models around it. Older versions put `:0` behind it.
   *
   * @param path names of the models around the layer, from the outermost on, and its own last
   * @param roles what the weight may be called
   * @throws NetworkError when several names fit equally well, or it is another layer's
   */
  find(path: readonly string[], roles: readonly string[], label: string): string | undefined {
    const plain = this.names.map((name) => ({ name, text: name.replace(/:\d+$/, '') }));
    for (let skipped = 0; skipped < path.length; skipped++) {
      const wanted = roles.map((role) => [...path.slice(skipped), role].join('/'));
      const equal = plain.filter(({ text }) => wanted.includes(text));
      const ending = plain.filter(({ text }) => wanted.some((each) => text.endsWith(`/${each}`)));
      const [found, ...others] = equal.length > 0 ? equal : ending;
      if (others.length > 0) {
        throw new NetworkError(
          `${label}: ${others.length + 1} weights are called like its ${roles[0]}: ${found.name}, …`,
        );
      }
      if (equal.length + ending.length > 0) return this.#own(found.name, path.join('/'), label);
    }
    return undefined;
  }

  #own(name: string, layer: string, label: string): string {
    const owner = this.#owners.get(name) ?? layer;
    if (owner !== layer) throw new NetworkError(`${label}: the weight ${name} is that of layer ${owner}`);
    this.#owners.set(name, layer);
    return name;
  }
}
