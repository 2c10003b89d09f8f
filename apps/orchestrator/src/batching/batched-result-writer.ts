import { recordResults, recordUnlockedResults, type CandidateResult, type Database } from '@espalier/store';
import { Batcher } from './batcher.js';

/**
 * Creates a writer that records the results of all campaigns in batches of one transaction. A
 * campaign that is locked or fails does not delay the others: its results are recorded, or refused,
 * by themselves.
 *
 * @returns a function that records one result, and throws as `recordResult`
 */
export function batchedResultWriter(database: Database): (result: CandidateResult) => Promise<void> {
  // The API shows a result within a second.
  const together = new Batcher<CandidateResult, void>({ least: 300, most: 300 }, (_, all) =>
    recordUnlockedResults(database, all),
  );
  const apart = new Batcher<CandidateResult, void>({ least: 0, most: 0 }, (campaignId, all) =>
    recordResults(database, campaignId, all),
  );
  return (result) => together.do('', result).catch(() => apart.do(result.campaignId, result));
}
