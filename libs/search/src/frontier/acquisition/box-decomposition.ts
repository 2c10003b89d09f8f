import { front } from '@espalier/pareto';

/** Expected amount below an edge of one objective: E[max(0, edge − objective)]. */
export type ExpectedBelow = (edge: number) => number;

/**
 * What lies below the front of points and the reference, all objectives minimised, as boxes over
 * the objectives but the first: within a box the least first objective so far is the same, its
 * level. What a new point y adds to the hypervolume is a sum over boxes of (level − y₁)⁺ Π |[from,
 * to] ∩ [y, ∞)|: products, whose expectations are products as well where objectives are
 * independent. For two objectives the boxes are the steps of a staircase; for more see Lacour,
 * Klamroth & Fonseca 2017.
 */
export class BoxDecomposition {
  readonly #levels: Float64Array;
  /** Ends of boxes in each objective but the first, each once. */
  readonly #edges: readonly Float64Array[];
  /** Of each box, for each objective but the first: where among the edges it begins and ends. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** Expected amount below each edge: nothing below −∞. */
  readonly #unknown: readonly Float64Array[];
  /** Expected amounts below each edge, for the present point. */
  readonly #below: readonly Float64Array[];
  readonly #front: ReadonlySet<string>;

  constructor(
    points: readonly (readonly number[])[],
    private readonly reference: readonly number[],
  ) {
    const members = computeFront(points.filter((point) => point.every((x, k) => x < reference[k])));
    this.#front = new Set(members.map(String));
    const boxes = boxesOf(members, reference);
    const others = reference.slice(1);
    this.#levels = Float64Array.from(boxes, ({ level }) => level);
    const edges = others.map((_, k) => [...new Set(boxes.flatMap(({ from, to }) => [from[k], to[k]]))]);
    const places = edges.map((ofOne) => new Map(ofOne.map((edge, place) => [edge, place])));
    const placesOf = (end: 'from' | 'to'): Int32Array =>
      Int32Array.from(boxes.flatMap((box) => places.map((place, k) => place.get(box[end][k]) ?? -1)));
    this.#edges = edges.map((ofOne) => Float64Array.from(ofOne));
    this.#unknown = this.#edges.map((ofOne) => ofOne.map((edge) => (edge === -Infinity ? 0 : NaN)));
    this.#below = this.#unknown.map((ofOne) => ofOne.slice());
    this.#from = placesOf('from');
    this.#to = placesOf('to');
  }

  /** Whether a point is on the front, or equals a member. */
  hasOnFront(point: readonly number[]): boolean {
    return this.#front.has(String(point));
  }

  /**
   * The least first objective so far of points that are no worse in the others; beyond the
   * reference, as at it.
   */
  levelAt(point: readonly number[]): number {
    const dimensions = this.#edges.length;
    const isWithin = (box: number): boolean =>
      this.#edges.every((edges, k) => {
        const to = edges[this.#to[box * dimensions + k]];
        return (
          edges[this.#from[box * dimensions + k]] <= point[k + 1] && (point[k + 1] < to || to === this.reference[k + 1])
        );
      });
    return this.#levels[this.#levels.findIndex((_, box) => isWithin(box))];
  }

  /**
   * Expected hypervolume improvement of a point.
   *
   * @param first expectation of the first objective
   * @param others expectations of the others
   * @param least level below which nothing is expected
   */
  expectedImprovement(first: ExpectedBelow, others: readonly ExpectedBelow[], least: number): number {
    const dimensions = this.#edges.length;
    // Many boxes share an edge: it is computed at the first of them.
    const below = this.#below;
    below.forEach((ofOne, k) => {
      ofOne.set(this.#unknown[k]);
    });
    const at = (k: number, place: number): number => {
      const known = below[k][place];
      return Number.isNaN(known) ? (below[k][place] = others[k](this.#edges[k][place])) : known;
    };
    let sum = 0;
    let height = NaN;
    let lastLevel = NaN;
    for (let box = 0; box < this.#levels.length; box++) {
      const level = this.#levels[box];
      // Their levels fall.
      if (level <= least) break;
      let width = 1;
      for (let k = 0; k < dimensions && width > 0; k++) {
        const i = box * dimensions + k;
        width *= at(k, this.#to[i]) - at(k, this.#from[i]);
      }
      if (!(width > 0)) continue;
      if (level !== lastLevel) [lastLevel, height] = [level, first(level)];
      sum += width * height;
    }
    return sum;
  }
}

interface Box {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly level: number;
}

/** The non-dominated, of equal ones one, by the first objective from the least up. */
function computeFront(points: readonly (readonly number[])[]): (readonly number[])[] {
  if (points.length === 0) return [];
  if (points[0].length === 2) return front(points, ([a, b]) => [a, b]);
  const members: (readonly number[])[] = [];
  // In this order none is dominated by one after it.
  for (const point of points.toSorted(lexicographically)) {
    if (!members.some((member) => member.every((x, k) => x <= point[k]))) members.push(point);
  }
  return members;
}

function lexicographically(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((x, i) => x !== b[i]);
  return k < 0 ? 0 : a[k] - b[k];
}

/**
 * By the first objective from the least up each point takes, of what no other has taken, what it
 * dominates in the others: its level is the least there. What is left over has the reference's.
 *
 * @returns by levels from the highest down
 */
function boxesOf(members: readonly (readonly number[])[], reference: readonly number[]): Box[] {
  let open = [{ from: reference.slice(1).map(() => -Infinity), to: reference.slice(1) }];
  const taken: Box[] = [];
  for (const [level, ...corner] of members) {
    const left: typeof open = [];
    for (const box of open) {
      if (corner.some((x, k) => x >= box.to[k])) {
        left.push(box);
        continue;
      }
      const from = [...box.from];
      corner.forEach((x, k) => {
        if (x <= from[k]) return;
        left.push({ from: [...from], to: box.to.with(k, x) });
        from[k] = x;
      });
      taken.push({ from, to: box.to, level });
    }
    open = left;
  }
  return [...open.map((box) => ({ ...box, level: reference[0] })), ...taken.reverse()];
}
