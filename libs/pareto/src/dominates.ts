/**
 * Whether `a` is at least as good as `b` in every objective and better in one. All objectives are
 * minimised; both points have the same length.
 */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] > b[i]) return false;
    if (a[i] < b[i]) better = true;
  }
  return better;
}
