import { dominates } from '../dominates.js';
import { hypervolumeOfThree } from './hypervolume-of-three.js';

/**
 * Hypervolume of four objectives and more (While, Bradstreet & Barone 2012): the sum of what each
 * point adds to those after it. The points after it are limited to the box that it dominates, and
 * what is left of them there is a smaller problem of the same kind.
 *
 * @param inside points that are better than the reference in every objective
 */
export function hypervolumeOfMany(inside: readonly (readonly number[])[], reference: readonly number[]): number {
  // From the worst in the last objective: then the limited points share it, and soon dominate one
  // another.
  return sumOfExclusive(
    nonDominated(inside).sort((a, b) => b[b.length - 1] - a[a.length - 1]),
    reference,
  );
}

function sumOfExclusive(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const last = reference.length - 1;
  // All are of the same last objective: one dimension less.
  if (points.length > 1 && points.every((point) => point[last] === points[0][last])) {
    const base = points.map((point) => point.slice(0, last));
    const below = reference.slice(0, last);
    const volume = last === 3 ? hypervolumeOfThree(base, below) : sumOfExclusive(base, below);
    return volume * (reference[last] - points[0][last]);
  }
  let volume = 0;
  points.forEach((point, i) => {
    const limited = points.slice(i + 1).map((other) => other.map((value, k) => Math.max(value, point[k])));
    const box = point.reduce((product, value, k) => product * (reference[k] - value), 1);
    volume += box - sumOfExclusive(nonDominated(limited), reference);
  });
  return volume;
}

/** Of equal points the first is kept. */
function nonDominated(points: readonly (readonly number[])[]): (readonly number[])[] {
  const kept: (readonly number[])[] = [];
  for (const point of points) {
    if (kept.some((each) => dominates(each, point) || each.every((value, k) => value === point[k]))) continue;
    for (let i = kept.length - 1; i >= 0; i--) if (dominates(point, kept[i])) kept.splice(i, 1);
    kept.push(point);
  }
  return kept;
}
