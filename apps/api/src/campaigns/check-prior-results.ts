import { hasPlaceFor, type CampaignSpec, type FieldError, type PriorResult } from '@espalier/contracts';

/**
 * Checks that each prior result has the campaign's cost, and that its space contains at least one
 * of them.
 */
export function checkPriorResults(
  { space, objectives: [, cost] }: Pick<CampaignSpec, 'space' | 'objectives'>,
  results: readonly PriorResult[] | undefined,
): FieldError[] {
  if (!results) return [];
  const unpriced = results.findIndex((result) => result[cost] === undefined);
  if (unpriced >= 0) {
    const message = `the campaign wants the least ${cost}, and of this result it is not known; name it, or leave the result out`;
    return [{ field: `priorResults.${unpriced}.${cost}`, message }];
  }
  if (results.some(({ schedule }) => hasPlaceFor(space, schedule))) return [];
  const message = `none of the ${results.length} is within the space: they must name its layers, ${Object.keys(space.density).join(', ')}, with densities in its ranges, and one of its criteria`;
  return [{ field: 'priorResults', message }];
}
