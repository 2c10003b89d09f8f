import { hasPlaceFor, type FieldError, type PriorResult, type ScheduleSpace } from '@espalier/contracts';

/** Results of which the space has no place for any are a mistake; some may be left out. */
export function checkPriorResults(space: ScheduleSpace, results: readonly PriorResult[] | undefined): FieldError[] {
  if (!results || results.some(({ schedule }) => hasPlaceFor(space, schedule))) return [];
  const message = `none of the ${results.length} is within the space: they must name its layers, ${Object.keys(space.density).join(', ')}, with densities in its ranges, and one of its criteria`;
  return [{ field: 'priorResults', message }];
}
