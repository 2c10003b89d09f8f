import type { ChannelGraph } from '@espalier/networks';

/** Channels that are to be removed: never the last one of a layer. */
export class RemovedChannels {
  readonly channels: Set<number>;
  /** For each channel the layers that have it. */
  readonly #layersOf = new Map<number, string[]>();
  /** How many different channels each layer keeps. */
  readonly #kept = new Map<string, number>();

  constructor(
    private readonly graph: ChannelGraph,
    removed: Iterable<number> = [],
  ) {
    for (const [layer, channels] of graph.channels) {
      const own = new Set(channels);
      this.#kept.set(layer, own.size);
      for (const channel of own) this.#layersOf.set(channel, [...(this.#layersOf.get(channel) ?? []), layer]);
    }
    this.channels = new Set();
    for (const channel of removed) this.#add(channel);
  }

  /** Whether the channel is there, and each of its layers keeps another one. */
  allows(channel: number): boolean {
    const layers = this.#layersOf.get(channel) ?? [];
    return !this.channels.has(channel) && layers.every((layer) => (this.#kept.get(layer) ?? 0) > 1);
  }

  /** Adds the first `count` of these that are allowed. */
  addAtMost(count: number, channels: readonly number[]): void {
    let left = count;
    for (const channel of channels) {
      if (left <= 0) return;
      if (!this.allows(channel)) continue;
      this.#add(channel);
      left--;
    }
  }

  /** What would be removed after `addAtMost`. */
  with(count: number, channels: readonly number[]): ReadonlySet<number> {
    const more = new RemovedChannels(this.graph, this.channels);
    more.addAtMost(count, channels);
    return more.channels;
  }

  #add(channel: number): void {
    this.channels.add(channel);
    for (const layer of this.#layersOf.get(channel) ?? []) this.#kept.set(layer, (this.#kept.get(layer) ?? 0) - 1);
  }
}
