import type { Candidate, Cost } from '@espalier/contracts';
import { stringify } from 'csv-stringify/sync';
import { reductionFactor, type CostContext } from './cost.js';
import { scheduleColumns } from './schedule-columns.js';

type Row = Pick<Candidate, 'id' | 'number' | 'schedule' | 'validationAccuracy' | 'testAccuracy' | 'weightsLeft' | Cost>;

/**
 * Candidates as CSV, a column for each field of their schedules: what a campaign may be
 * warm-started from.
 */
export function candidateCsv(candidates: readonly Row[], weighed: CostContext): string {
  const rows = candidates.map((each) => ({
    candidate: each.id,
    number: each.number,
    validation_accuracy: each.validationAccuracy,
    test_accuracy: each.testAccuracy,
    energy: each.energy,
    latency: each.latency,
    times_less_than_dense: reductionFactor(weighed, each),
    weights_left: each.weightsLeft,
    ...scheduleColumns(each.schedule),
  }));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { header: true, columns }).trimEnd();
}
