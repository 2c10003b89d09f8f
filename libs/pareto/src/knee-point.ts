/**
 * Of a front of two objectives, both minimised, the point that lies farthest below the line between
 * its ends: where a little more of one gains most of the other (Das 1999). Objectives are measured
 * by the front's extent in each.
 *
 * @param points by the first objective, none of which dominates another
 * @returns its index; 0 for a front of one
 * @throws RangeError for an empty front
 */
export function kneePoint(points: readonly (readonly [number, number])[]): number {
  if (points.length === 0) throw new RangeError('points: a front of none has no knee');
  const [firstX, firstY] = points[0];
  const [lastX, lastY] = points[points.length - 1];
  if (lastX === firstX || firstY === lastY) return 0;
  const depths = points.map(([x, y]) => 1 - (x - firstX) / (lastX - firstX) - (y - lastY) / (firstY - lastY));
  return depths.reduce((best, depth, i) => (depth > depths[best] ? i : best), 0);
}
