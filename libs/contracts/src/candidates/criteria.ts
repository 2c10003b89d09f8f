/** Ways to choose whole filters that go. */
export const FILTER_CRITERIA = [
  'filter-l1',
  'filter-geometric-median',
  'filter-taylor',
  'network-slimming',
  'filter-energy-aware',
] as const;
/** Ways to choose the weights that go while the network is trained. */
export const CRITERIA_WHILE_TRAINING = ['gradual-magnitude', 'network-surgery', 'movement'] as const;

/**
 * So many of each so many weights that follow each other along a filter's inputs, whatever a
 * schedule's densities.
 */
export const PATTERNS = ['1:4', '2:4', '4:8'] as const;

/** Ways to choose what goes, as the literature names them; libs/pruning has a file for each. */
export const CRITERIA = [
  'magnitude',
  'energy-aware',
  'random',
  'taylor',
  'snip',
  'optimal-brain-surgeon',
  ...CRITERIA_WHILE_TRAINING,
  ...PATTERNS,
  ...FILTER_CRITERIA,
] as const;

export interface Pattern {
  readonly keep: number;
  readonly of: number;
}

/** What a criterion keeps of how many, where it is a pattern. */
export function patternOf(criterion: string): Pattern | undefined {
  if (!PATTERNS.some((name) => name === criterion)) return undefined;
  const [keep, of] = criterion.split(':').map(Number);
  return { keep, of };
}

/** The first of these that chooses while the network is trained, if any does. */
export function whileTraining(criteria: readonly string[]): string | undefined {
  return criteria.find((criterion) => CRITERIA_WHILE_TRAINING.some((name) => name === criterion));
}

/** Whether a criterion chooses whole filters. */
export function isOfFilters(criterion: string): boolean {
  return FILTER_CRITERIA.some((name) => name === criterion);
}

/**
 * Whether schedules of a space may remove filters, in a stage of their own or by their criterion.
 */
export function removesFilters({ criterion, filters }: { criterion: readonly string[]; filters?: unknown }): boolean {
  return filters !== undefined || criterion.some(isOfFilters);
}
