import { NetworkError } from '../network.js';

/**
 * The name of a layer's weight among those of a file: it ends in the weight's own name, before that the layer's, before
 * that perhaps those of the models around it. Older versions put `:0` behind it.
 *
 * @param path names of the models around the layer, from the outermost on, and its own last
 * @param roles what the weight may be called
 * @throws NetworkError when several names fit equally well
 */
export function weightNamed(
  names: readonly string[],
  path: readonly string[],
  roles: readonly string[],
  label: string,
): string | undefined {
  const plain = names.map((name) => ({ name, text: name.replace(/:\d+$/, '') }));
  for (let skipped = 0; skipped < path.length; skipped++) {
    const wanted = roles.map((role) => [...path.slice(skipped), role].join('/'));
    const equal = plain.filter(({ text }) => wanted.includes(text));
    const found =
      equal.length > 0 ? equal : plain.filter(({ text }) => wanted.some((each) => text.endsWith(`/${each}`)));
    if (found.length > 1) {
      throw new NetworkError(`${label}: ${found.length} weights are called like its ${roles[0]}: ${found[0].name}, …`);
    }
    if (found.length === 1) return found[0].name;
  }
  return undefined;
}
