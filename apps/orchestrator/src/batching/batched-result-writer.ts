import { recordResults, recordUnlockedResults, type CandidateResult, type Database } from '@espalier/store';
import { Batcher } from './batcher.js';

/**
 * Writes results, those of all campaigns that come within a moment in one transaction. A campaign
 * that is long at something, or has something wrong, keeps no other's results waiting: its own are
 * written, or refused, apart.
 *
 * @returns what writes one, and throws as `recordResult`
 */
export function batchedResultWriter(database: Database): (result: CandidateResult) => Promise<void> {
  // The API is to show a result within a second.
  const together = new Batcher<CandidateResult, void>({ least: 300, most: 300 }, (_, all) =>
    recordUnlockedResults(database, all),
  );
  const apart = new Batcher<CandidateResult, void>({ least: 0, most: 0 }, (campaignId, all) =>
    recordResults(database, campaignId, all),
  );
  return (result) => together.do('', result).catch(() => apart.do(result.campaignId, result));
}
