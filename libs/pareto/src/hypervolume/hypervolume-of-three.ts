/**
 * Hypervolume of three objectives: the points are swept by the third, over a kept front of the
 * first two, whose area is the cross section up to the next point (Beume et al. 2009).
 *
 * @param inside points that are better than the reference in every objective
 */
export function hypervolumeOfThree(inside: readonly (readonly number[])[], reference: readonly number[]): number {
  const sorted = inside.toSorted((a, b) => a[2] - b[2]);
  // The front by the first objective from the least up, by which the second falls; with ends that
  // no point passes.
  const xs = [-Infinity, reference[0]];
  const ys = [reference[1], -Infinity];
  let area = 0;
  let volume = 0;
  for (const [i, [x, y, z]] of sorted.entries()) {
    const after = firstAtLeast(xs, x);
    // Covered by its left neighbour, or by one of the same first objective.
    if (ys[after - 1] > y && !(xs[after] === x && ys[after] <= y)) {
      let end = after;
      let ceiling = ys[after - 1];
      let from = x;
      while (ys[end] >= y) {
        area += (xs[end] - from) * (ceiling - y);
        from = xs[end];
        ceiling = ys[end];
        end++;
      }
      area += (xs[end] - from) * (ceiling - y);
      xs.splice(after, end - after, x);
      ys.splice(after, end - after, y);
    }
    const next = i + 1 < sorted.length ? sorted[i + 1][2] : reference[2];
    volume += area * (next - z);
  }
  return volume;
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
