import { recordResults, recordResultsOfFree, type ArrivedResult, type Database } from '@espalier/store';
import { Gathered } from './gathered.js';

/**
 * Writes results, those of all campaigns that come within a moment in one transaction. A campaign that is long at something, or has
 * something wrong, keeps no other's results waiting: its own are written, or refused, apart.
 *
 * @returns what writes one, and throws as `recordResult`
 */
export function resultWriter(database: Database): (result: ArrivedResult) => Promise<void> {
  // The API is to show a result within a second.
  const together = new Gathered<ArrivedResult, void>({ least: 300, most: 300 }, (_, all) =>
    recordResultsOfFree(database, all),
  );
  const apart = new Gathered<ArrivedResult, void>({ least: 0, most: 0 }, (campaignId, all) =>
    recordResults(database, campaignId, all),
  );
  return (result) => together.do('', result).catch(() => apart.do(result.campaignId, result));
}
