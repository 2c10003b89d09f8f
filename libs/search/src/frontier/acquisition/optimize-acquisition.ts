import type { RandomStream } from '@espalier/random';
import type { CubeSpace } from '../../space/unit-cube-space.js';
import { LANES } from '../model/solve-columns.js';

const RANDOM_PROPOSALS = 128;
const LOCAL_PROPOSALS = 384;
/** As many as the surrogate model predicts at once. */
const CLIMBERS = LANES;
const CLIMBS = 3;
const FEWEST_STEPS = 20;
/** More dimensions need more steps: of forty, twenty steps leave much to gain. */
const STEPS_PER_DIMENSION = 2;

/** The acquisition function of single points. */
export type Expected = (points: readonly (readonly number[])[]) => number[];

/** A point with its acquisition value. */
export interface AcquisitionCandidate {
  readonly point: number[];
  readonly value: number;
}

/**
 * Draws a point about a level that all coordinates share: independent coordinates would hardly ever
 * be nearly dense, or nearly empty.
 *
 * @param places place of each coordinate about the level, in [0, 1]
 */
export function spread(
  space: CubeSpace,
  random: RandomStream,
  level = random.uniform(),
  places: readonly number[] = space.choices.map(() => random.uniform()),
): number[] {
  const width = random.uniform();
  return places.map((place) => Math.min(1, Math.max(0, level + 2 * width * (place - 0.5))));
}

/**
 * Maximises an acquisition function by local search, from hundreds of random points and points
 * about the front's members.
 *
 * @param members at least one, in the order of the front; points between neighbours are tried too
 * @returns the best point, then others
 */
export function optimizeAcquisition(
  space: CubeSpace,
  members: readonly (readonly number[])[],
  expected: Expected,
  random: RandomStream,
): AcquisitionCandidate[] {
  const proposals: number[][] = [];
  for (let i = 0; i < RANDOM_PROPOSALS; i++) proposals.push(spread(space, random));
  for (let i = 0; i < LOCAL_PROPOSALS; i++) {
    const mother = random.pick(members);
    const father = members[Math.min(members.length - 1, members.indexOf(mother) + 1)];
    const mix = random.uniform() < 0.3 ? random.uniform() : 0;
    const middle = mother.map((x, j) => x + mix * (father[j] - x));
    proposals.push(moved(space, middle, 0.3 * 0.1 ** (2 * random.uniform()), random));
  }
  let candidates = bestFirst(valued(proposals, expected)).slice(0, CLIMBERS);
  const steps = Math.max(FEWEST_STEPS, STEPS_PER_DIMENSION * space.choices.length);
  for (let round = 0; round < CLIMBS; round++) {
    for (let step = 0; step < steps; step++) {
      const next = candidates.map(({ point }) => moved(space, point, 0.1 * 0.3 ** round, random));
      candidates = valued(next, expected).map((other, k) =>
        other.value > candidates[k].value ? other : candidates[k],
      );
    }
  }
  return bestFirst(candidates);
}

const bestFirst = (candidates: readonly AcquisitionCandidate[]): AcquisitionCandidate[] =>
  candidates.toSorted((a, b) => b.value - a.value);

function valued(points: readonly number[][], expected: Expected): AcquisitionCandidate[] {
  const values = expected(points);
  return points.map((point, k) => ({ point, value: values[k] }));
}

/** A neighbour: some coordinates moved a little, choices drawn anew. */
function moved(space: CubeSpace, point: readonly number[], scale: number, random: RandomStream): number[] {
  const share = Math.max(0.3, 1 / point.length);
  const sure = random.integer(0, point.length - 1);
  return point.map((x, j) => {
    if (j !== sure && random.uniform() >= share) return x;
    if (space.choices[j] !== undefined) return random.uniform();
    return Math.min(1, Math.max(0, x + scale * random.normal()));
  });
}
