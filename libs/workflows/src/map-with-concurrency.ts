/**
 * Maps items with at most `lanes` at once. Items that have not begun when `isOver` are left in the
 * list.
 */
export async function mapWithConcurrency<Item>(
  items: Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
  isOver = (): boolean => false,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = items.shift(); next !== undefined; next = isOver() ? undefined : items.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
