import type { CampaignSpec } from '@espalier/contracts';
import { networkOf } from '@espalier/networks';
import { budgetWords } from './budget-words.js';
import { note, printJson } from './output.js';

/** What a launch that is only tried says. */
export function sayWhatWouldBeLaunched(spec: CampaignSpec, { json }: { json?: boolean }): void {
  if (json) return printJson(spec);
  const { name, network, data, budget, parallelism, strategy, warmStart } = spec;
  const from = warmStart ? `, beginning with the results of ${warmStart.join(', ')}` : '';
  note(
    `would launch ${name}: ${networkOf(network).name} on ${data}, ${budgetWords(budget)}, ${parallelism} at a time, by ${strategy.name}${from}`,
  );
}
