import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import { splitRuleOf, type CampaignSpec, type PruningSchedule } from '@espalier/contracts';
import { resolveAccelerator } from '@espalier/pricing';

/**
 * Raise it with a change after which pruning or training gives other weights: results before it
 * answer for nothing any more.
 */
const RESULTS_VERSION = 2;

/**
 * Criteria whose choice depends on the chip: for others the same schedule gives the same network on
 * any.
 */
const PRICED_CRITERIA: readonly string[] = ['energy-aware', 'filter-energy-aware'];

/**
 * What a candidate's network is determined by: two of one hash have the same weights on one class
 * of device, and on another as good ones. The schedule is made canonical first, so that neither the
 * order of its fields nor what is left out says otherwise.
 *
 * @returns SHA-256, lower-case hex
 */
export function deduplicationKey(spec: CampaignSpec, schedule: PruningSchedule): string {
  const { network, weights, data, strategy, subset, space, accelerator, batch } = spec;
  const isPriced = [schedule.criterion, schedule.filters?.criterion].some(
    (criterion) => criterion !== undefined && PRICED_CRITERIA.includes(criterion),
  );
  const work = {
    version: RESULTS_VERSION,
    network,
    weights,
    data,
    splits: splitRuleOf(data),
    seed: strategy.seed,
    subset,
    imagesPerEpoch: space.fineTune.imagesPerEpoch,
    schedule: { allocation: 'layer', repairNorm: 2, ...schedule },
    chip: isPriced ? { accelerator: resolveAccelerator(accelerator), batch } : undefined,
  };
  return createHash('sha256').update(stringify(work)).digest('hex');
}
