import type { CampaignSpec } from '@espalier/contracts';
import { networkOf } from '@espalier/networks';
import { budgetWords } from './budget-words.js';
import { note, printJson } from './output.js';

/** Such as "2", or "8 on gpu, 2 on cpu". */
export function parallelismWords(parallelism: CampaignSpec['parallelism']): string {
  if (typeof parallelism === 'number') return String(parallelism);
  return Object.entries(parallelism)
    .map(([deviceClass, count]) => `${count} on ${deviceClass}`)
    .join(', ');
}

/** What a launch that is only tried says. */
export function sayWhatWouldBeLaunched(spec: CampaignSpec, { json }: { json?: boolean }): void {
  if (json) return printJson(spec);
  const { name, network, data, budget, parallelism, strategy, objectives, warmStart } = spec;
  const from = warmStart ? `, beginning with the results of ${warmStart.join(', ')}` : '';
  note(
    `would launch ${name}: ${networkOf(network).name} on ${data}, ${budgetWords(budget)}, ${parallelismWords(parallelism)} at a time, by ${strategy.name}, accuracy against ${objectives[1]}${from}`,
  );
}
