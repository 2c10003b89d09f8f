import type { Proposal } from './unit-cube-space.js';

const MOST_TRIES = 20;

/**
 * The first of some proposals that has not been tried, or after twenty the next: a space may have
 * no other left.
 */
export function firstUntriedProposal<T>(
  proposals: Iterable<Proposal>,
  decode: (point: readonly number[]) => T,
  isTaken: (key: string) => boolean,
): { proposal: Proposal; decoded: T; key: string } {
  let tries = 0;
  for (const proposal of proposals) {
    const decoded = decode(proposal.point);
    const key = JSON.stringify(decoded);
    if (++tries >= MOST_TRIES || !isTaken(key)) return { proposal, decoded, key };
  }
  throw new RangeError('the strategy proposed nothing');
}
