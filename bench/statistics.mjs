export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Of a sample. */
export function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1));
}
/** Mean and deviation of what each point has, as text. */
export function over(points, of, digits) {
  const values = points.map(of);
  return `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`;
}
export const percent = (share) => `${(100 * share).toFixed(2)} %`;
export const times = (ratio) => `${ratio.toFixed(1)} ×`;

/** Lists of those that have a key in common, in the order of their first ones. */
export function groupsBy(values, keyOf) {
  const groups = new Map();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return [...groups.values()];
}
