import { setTimeout } from 'node:timers/promises';

/** Batches calls per key: while one batch runs, later calls join the next one. */
export class Batcher<Item, Outcome> {
  readonly #batches = new Map<string, { items: Item[]; done: Promise<PromiseSettledResult<Outcome>[]> }>();
  /** The pause of each key that is busy. */
  readonly #busy = new Map<string, Promise<unknown>>();

  /**
   * @param pause milliseconds from the end of a batch to the next: `least` for each busy key, so
   *   that many keys make no more batches than few, and at most `most`
   * @param run returns an outcome for each item, in their order; when it fails, each call fails
   */
  constructor(
    private readonly pause: { readonly least: number; readonly most: number },
    private readonly run: (key: string, items: readonly Item[]) => Promise<PromiseSettledResult<Outcome>[]>,
  ) {}

  async do(key: string, item: Item): Promise<Outcome> {
    let batch = this.#batches.get(key);
    if (!batch) {
      const items: Item[] = [];
      batch = { items, done: this.#next(key, items) };
      this.#batches.set(key, batch);
    }
    const place = batch.items.push(item) - 1;
    const outcome = (await batch.done)[place];
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async #next(key: string, items: readonly Item[]): Promise<PromiseSettledResult<Outcome>[]> {
    // Calls of the same turn join the batch even when none runs.
    await Promise.resolve(this.#busy.get(key));
    this.#batches.delete(key);
    const done = this.run(key, items);
    const pause = done.then(
      () => setTimeout(this.#pauseAfter(items.length)),
      () => undefined,
    );
    this.#busy.set(key, pause);
    void pause.then(() => {
      if (this.#busy.get(key) === pause) this.#busy.delete(key);
    });
    return done;
  }

  #pauseAfter(items: number): number {
    const busy = this.#busy.size;
    // A single item does not delay the next.
    return items === 1 && busy === 1 ? 0 : Math.min(this.pause.least * busy, this.pause.most);
  }
}
