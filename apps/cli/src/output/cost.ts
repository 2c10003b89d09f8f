import type { Campaign, Candidate, Cost } from '@espalier/contracts';
import { energyUnit, shortNumber } from './print.js';

/** The cost of a campaign, and the dense network's as its reference. */
export interface CostContext {
  readonly cost: Cost;
  readonly dense: Campaign['dense'];
}
type Priced = Pick<Candidate, Cost>;

export const costContextOf = ({ spec, dense }: Campaign): CostContext => ({ cost: spec.objectives[1], dense });

/** Costs are shown in millions of the chip's unit of energy, or in thousands of its cycles. */
const SCALES: Record<Cost, number> = { energy: 1e6, latency: 1e3 };

/** Such as "10⁶ pJ". */
export const costUnit = ({ cost, dense }: CostContext): string =>
  cost === 'energy' ? energyUnit(dense?.energy.unit) : '10³ cycles';

export const costTitle = (weighed: CostContext): string => `${weighed.cost}, ${costUnit(weighed)}`;

/** In the unit of the title; null where it is unknown. */
export function costShown({ cost }: CostContext, priced: Priced): number | null {
  const value = priced[cost];
  return value === null ? null : value / SCALES[cost];
}

export function costText(weighed: CostContext, priced: Priced): string {
  const shown = costShown(weighed, priced);
  return shown === null ? '–' : shortNumber(shown);
}

/** Of the dense network; null while there is none. */
export const denseCosts = ({ dense }: Pick<CostContext, 'dense'>): Priced =>
  dense ? { energy: dense.energy.total, latency: dense.latency } : { energy: null, latency: null };

/** Reduction factor against the dense network; null where either cost is unknown. */
export function reductionFactor(weighed: CostContext, priced: Priced): number | null {
  const [ofDense, own] = [denseCosts(weighed)[weighed.cost], priced[weighed.cost]];
  return ofDense === null || own === null ? null : ofDense / own;
}

export function formatReduction(weighed: CostContext, priced: Priced): string {
  return reductionFactor(weighed, priced)?.toFixed(2) ?? '–';
}
