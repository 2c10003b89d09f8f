import type { KerasLayer } from './keras-topology.js';

/**
 * Layers in the order in which Keras itself keeps those of a functional model, by which it finds
 * weights in a file: from the farthest from the output to the nearest, equally far ones as a walk
 * from the output comes upon them.
 */
export function kerasOrder(layers: readonly KerasLayer[]): KerasLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const found: string[] = [];
  const finished = new Set<string>();
  const postOrder: string[] = [];
  const walk = (name: string): void => {
    if (finished.has(name) || found.includes(name)) return;
    found.push(name);
    for (const source of byName.get(name)?.inbound ?? []) walk(source);
    finished.add(name);
    postOrder.push(name);
  };
  walk(layers[layers.length - 1].name);
  const depth = new Map<string, number>();
  for (const name of postOrder.reverse()) {
    const own = depth.get(name) ?? 0;
    depth.set(name, own);
    for (const source of byName.get(name)?.inbound ?? []) depth.set(source, Math.max(depth.get(source) ?? 0, own + 1));
  }
  const index = new Map(found.map((name, i) => [name, i]));
  const rank = (map: ReadonlyMap<string, number>, { name }: KerasLayer): number => map.get(name) ?? 0;
  return [...layers].sort((a, b) => rank(depth, b) - rank(depth, a) || rank(index, a) - rank(index, b));
}
