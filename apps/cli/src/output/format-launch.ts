import type { CampaignSpec } from '@espalier/contracts';
import { resolveNetwork } from '@espalier/networks';
import { formatBudget } from './format-budget.js';
import { note, printJson } from './print.js';

/** Such as "2", or "8 on gpu, 2 on cpu". */
export function formatParallelism(parallelism: CampaignSpec['parallelism']): string {
  if (typeof parallelism === 'number') return String(parallelism);
  return Object.entries(parallelism)
    .map(([deviceClass, count]) => `${count} on ${deviceClass}`)
    .join(', ');
}

/** Prints the preview of a launch. */
export function printLaunchPreview(spec: CampaignSpec, { json }: { json?: boolean }): void {
  if (json) return printJson(spec);
  const { name, network, data, budget, parallelism, strategy, objectives, warmStart } = spec;
  const from = warmStart ? `, beginning with the results of ${warmStart.join(', ')}` : '';
  note(
    `would launch ${name}: ${resolveNetwork(network).name} on ${data}, ${formatBudget(budget)}, ${formatParallelism(parallelism)} at a time, by ${strategy.name}, accuracy against ${objectives[1]}${from}`,
  );
}
