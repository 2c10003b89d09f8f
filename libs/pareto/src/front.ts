/**
 * The front of items under two objectives, both minimised: those that no other dominates, by the
 * first objective from the least up. Of items with equal objectives the earliest in the list is
 * kept, so that a front has no duplicates.
 */
export function front<T>(items: readonly T[], objectives: (item: T) => readonly [number, number]): T[] {
  const sorted = items
    .map((item, index) => ({ item, index, point: objectives(item) }))
    .sort((a, b) => a.point[0] - b.point[0] || a.point[1] - b.point[1] || a.index - b.index);
  const members: T[] = [];
  let least = Infinity;
  for (const { item, point } of sorted) {
    if (point[1] < least) {
      members.push(item);
      least = point[1];
    }
  }
  return members;
}
