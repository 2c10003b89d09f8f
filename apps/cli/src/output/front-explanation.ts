import type { Campaign, Candidate, Front } from '@espalier/contracts';
import { scheduleCosts } from '@espalier/pricing';
import { explainSearch, type MeasuredSchedule, type SearchExplanation } from '@espalier/search';
import pc from 'picocolors';
import { denseCosts, costContextOf } from './cost.js';
import { CommandError } from '../command-error.js';
import { emptyFront } from './front-formats.js';
import { percent, table } from './print.js';

/** Members that fit beside each other. */
const MOST_COLUMNS = 12;
const FEWEST_RESULTS = 2;
/** Darker for each factor of three or so: most layers keep little. */
const SHADES: readonly (readonly [atMost: number, shade: string])[] = [
  [0.02, ' '],
  [0.07, '░'],
  [0.2, '▒'],
  [0.6, '▓'],
  [1, '█'],
];
const BAR = 20;

/** An explanation of a campaign's results, for the decision whether to extend it. */
export interface FrontExplanation extends SearchExplanation {
  readonly results: number;
}

/** @throws CommandError when there are too few results */
export function explainFront(campaign: Campaign, candidates: readonly Candidate[]): FrontExplanation {
  const { spec, dense } = campaign;
  const weighed = costContextOf(campaign);
  const results = candidates
    .filter(({ state }) => state === 'completed')
    .sort((a, b) => (a.finishedAt ?? '').localeCompare(b.finishedAt ?? ''))
    .flatMap(({ schedule, validationAccuracy, ...costs }): MeasuredSchedule[] => {
      const cost = costs[weighed.cost];
      return validationAccuracy === null || cost === null
        ? []
        : [{ schedule, objectives: [1 - validationAccuracy, cost] }];
    });
  if (dense === null || results.length < FEWEST_RESULTS) {
    throw new CommandError(
      'conflict',
      `${campaign.name} has ${results.length} results: nothing can be explained before there are ${FEWEST_RESULTS}`,
    );
  }
  const foreknowledge = {
    denseCost: denseCosts(weighed)[weighed.cost] ?? Infinity,
    costOf: scheduleCosts(spec, dense.profile),
  };
  return { results: results.length, ...explainSearch(spec, foreknowledge, results) };
}

export function formatExplanation(front: Front, explanation: FrontExplanation): string {
  const { importance, foretold, outlook, results } = explanation;
  const tooFew = `Of ${results} results that cannot be said: it takes ten.`;
  return [
    pc.bold(`What each member keeps of each layer, from the least ${front.cost} to the most`),
    heatMap(front),
    '',
    pc.bold('What tells the best tenth from the others (PED-ANOVA)'),
    importance === null
      ? tooFew
      : table(
          ['parameter', 'share', ''],
          importance.map(({ parameter, share }) => [parameter, percent(share, 0), '█'.repeat(Math.round(share * BAR))]),
        ),
    '',
    pc.bold('How sure the model is'),
    foretold === null
      ? tooFew
      : `From the results before them it foretold the last ${foretold.results}: half of the accuracies to ±${percent(foretold.medianAccuracyError)}, half of the ${front.cost === 'energy' ? 'energies' : 'latencies'} to ±${percent(foretold.medianCostError, 1)}.`,
    '',
    pc.bold('What more candidates of `frontier` would likely bring'),
    outlook === null
      ? emptyFront(front.cost)
      : table(
          ['more candidates', 'hypervolume grows by', 'of three courses, the least', 'the most'],
          outlook.map(({ candidates, least, median, most }) => [
            String(candidates),
            ...[median, least, most].map((growth) => percent(growth)),
          ]),
        ),
  ].join('\n');
}

function heatMap({ points }: Front): string {
  if (points.length === 0) return 'The front has no members yet.';
  const shown = evenly(points, MOST_COLUMNS);
  const layers = [...new Set(shown.flatMap(({ schedule }) => Object.keys(keptOf(schedule))))].sort();
  const head = ['layer', ...shown.map(({ number }) => `#${number}`)];
  const rows = layers.map((layer) => [layer, ...shown.map(({ schedule }) => cell(keptOf(schedule)[layer]))]);
  return table(head, [
    ...rows,
    ['criterion', ...shown.map(({ schedule }) => schedule.criterion)],
    ['accuracy', ...shown.map(({ validationAccuracy }) => percent(validationAccuracy, 1))],
  ]);
}

/** Shares of weights, and of filters where those are removed too. */
function keptOf({ density, filters }: Front['points'][number]['schedule']): Record<string, number> {
  const ofFilters = Object.entries(filters?.density ?? {}).map(
    ([layer, kept]) => [`filters of ${layer}`, kept] as const,
  );
  return { ...density, ...Object.fromEntries(ofFilters) };
}

const cell = (kept: number | undefined): string =>
  kept === undefined ? '' : `${SHADES.find(([atMost]) => kept <= atMost)?.[1] ?? ''} ${percent(kept, 1)}`;

function evenly<T>(items: readonly T[], atMost: number): T[] {
  if (items.length <= atMost) return [...items];
  return Array.from({ length: atMost }, (_, i) => items[Math.round((i * (items.length - 1)) / (atMost - 1))]);
}
