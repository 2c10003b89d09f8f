import { FencedError } from '@espalier/contracts';

/** @throws FencedError when another run has claimed the candidate */
export function refuseOtherRun(candidate: { id: string; claimedBy: string | null }, run: string | undefined): void {
  if (run === undefined || candidate.claimedBy === null || candidate.claimedBy === run) return;
  throw new FencedError(`candidate ${candidate.id} was taken up by run ${candidate.claimedBy}; run ${run} is late`);
}
