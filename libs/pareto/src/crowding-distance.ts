/**
 * How lonely each point of a front is: the sum over objectives of the gap between its neighbours,
 * relative to the front's extent. Points at an end of an objective are infinitely lonely. Deb et
 * al. (2002), section III-B.
 */
export function crowdingDistance(points: readonly (readonly number[])[]): number[] {
  const distance = points.map(() => 0);
  const objectives = points.length > 0 ? points[0].length : 0;
  for (let m = 0; m < objectives; m++) {
    const order = points.map((_, i) => i).sort((a, b) => points[a][m] - points[b][m] || a - b);
    const first = order[0];
    const last = order[order.length - 1];
    const extent = points[last][m] - points[first][m];
    distance[first] = Infinity;
    distance[last] = Infinity;
    if (extent === 0) continue;
    for (let k = 1; k < order.length - 1; k++) {
      distance[order[k]] += (points[order[k + 1]][m] - points[order[k - 1]][m]) / extent;
    }
  }
  return distance;
}
