import { setTimeout } from 'node:timers/promises';

/** Batches calls per key: while one batch runs, later calls join the next one. */
export class Batcher<Item, Outcome> {
  readonly #gathering = new Map<string, { items: Item[]; done: Promise<PromiseSettledResult<Outcome>[]> }>();
  /** Until when the last effort keeps the next one waiting. */
  readonly #busy = new Map<string, Promise<unknown>>();

  /**
   * @param rest milliseconds from the end of an effort to the next: `least` for each key that is
   *   busy, so that many together take no more efforts than few, and at most `most`
   * @param effort gives an outcome for each item, in their order; where it fails, so does each
   */
  constructor(
    private readonly rest: { readonly least: number; readonly most: number },
    private readonly effort: (key: string, items: readonly Item[]) => Promise<PromiseSettledResult<Outcome>[]>,
  ) {}

  async do(key: string, item: Item): Promise<Outcome> {
    let group = this.#gathering.get(key);
    if (!group) {
      const items: Item[] = [];
      group = { items, done: this.#next(key, items) };
      this.#gathering.set(key, group);
    }
    const place = group.items.push(item) - 1;
    const outcome = (await group.done)[place];
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async #next(key: string, items: readonly Item[]): Promise<PromiseSettledResult<Outcome>[]> {
    // Calls of the same turn join the batch even when none runs.
    await Promise.resolve(this.#busy.get(key));
    this.#gathering.delete(key);
    const done = this.effort(key, items);
    const rest = done.then(
      () => setTimeout(this.#restAfter(items.length)),
      () => undefined,
    );
    this.#busy.set(key, rest);
    void rest.then(() => {
      if (this.#busy.get(key) === rest) this.#busy.delete(key);
    });
    return done;
  }

  #restAfter(items: number): number {
    const busy = this.#busy.size;
    // Of what comes one by one, the next is not kept waiting either.
    return items === 1 && busy === 1 ? 0 : Math.min(this.rest.least * busy, this.rest.most);
  }
}
