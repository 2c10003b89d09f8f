import { EmptyBTree, type ISortedMap } from 'sorted-btree';

/** The package's tree, with what its interface leaves out. */
interface Tree<K, V> extends ISortedMap<K, V> {
  getPairOrNextLower(key: K): [K, V] | undefined;
}

interface Member<T> {
  readonly second: number;
  readonly item: T;
}

/**
 * The front of two objectives, both minimised, of all that was added so far: each addition in O(log
 * n), and what it pushes off the front once each.
 */
export class IncrementalFront<T> {
  /** By the first objective; the second falls along it. */
  readonly #members: Tree<number, Member<T>> = EmptyBTree.clone();

  get size(): number {
    return this.#members.size;
  }

  /**
   * @returns whether it is on the front now; of equal points the first stays
   * @throws RangeError for an objective that is no number
   */
  add(first: number, second: number, item: T): boolean {
    if (Number.isNaN(first) || Number.isNaN(second)) {
      throw new RangeError(`objectives (${first}, ${second}) are not two numbers`);
    }
    const before = this.#members.getPairOrNextLower(first);
    if (before && before[1].second <= second) return false;
    for (;;) {
      const after = this.#members.nextHigherPair(first);
      if (!after || after[1].second < second) break;
      this.#members.delete(after[0]);
    }
    this.#members.set(first, { second, item });
    return true;
  }

  /** By the first objective, from the least up. */
  *members(): Iterable<{ readonly objectives: readonly [number, number]; readonly item: T }> {
    for (const [first, { second, item }] of this.#members.entries()) yield { objectives: [first, second], item };
  }
}
