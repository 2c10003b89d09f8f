/**
 * Does work for items, `lanes` of them at once; a lane that is free takes the next one out of the
 * list. Those are left in it that have not been begun when it is over early.
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
