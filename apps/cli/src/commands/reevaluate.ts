import type { Reevaluation, ConfidenceInterval } from '@espalier/contracts';
import type { Command } from 'commander';
import { api } from '../api-client/connect.js';
import { costText, costTitle, costContextOf } from '../output/cost.js';
import { positiveNumber } from '../input/option-numbers.js';
import { note, percent, print, printJson, table } from '../output/print.js';

const LOOK_EVERY_MS = 2_000;

interface Options {
  seeds?: number;
  stop?: boolean;
  watch?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addReevaluate(command: Command): void {
  command
    .command('reevaluate <name>')
    .description("train a front's members again with other seeds, and show means with their 95 % intervals")
    .option('--seeds <n>', 'with so many seeds in all; without it, show what is known', positiveNumber)
    .option('--watch', 'follow it until it ends')
    .option('--stop', 'give up what is left of it')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  npx espalier campaign reevaluate lenet5-mnist --seeds 5 --watch')
    .action(async (name: string, { seeds, stop, watch, dryRun = false, json }: Options) => {
      let found = stop
        ? await api().stopReevaluation(name)
        : seeds === undefined
          ? await api().reevaluation(name)
          : await api().reevaluate(name, { seeds, dryRun });
      while (watch && !dryRun && found.pending > 0) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        const { done } = found;
        found = await api().reevaluation(name);
        if (found.done !== done && !json) note(progress(found));
      }
      if (json) return printJson(found);
      if (found.pending > 0) note(`${dryRun ? 'there would be ' : ''}${progress(found)}`);
      const weighed = costContextOf(await api().campaign(name));
      print(
        table(
          ['#', costTitle(weighed), 'found', 'seeds', 'validation again', 'test again', `${weighed.cost} again`],
          found.members.map(({ number, validationAccuracy, seeds: n, again, ...costs }) => [
            String(number),
            costText(weighed, costs),
            percent(validationAccuracy),
            String(n),
            spread(again?.validationAccuracy ?? null, percent),
            spread(again?.testAccuracy ?? null, percent),
            spread(again?.[weighed.cost] ?? null, (value) => costText(weighed, { ...costs, [weighed.cost]: value })),
          ]),
        ),
      );
    });
}

function progress({ campaign, done, failed, pending }: Reevaluation): string {
  return `${campaign}: ${done} trainings done${failed > 0 ? `, ${failed} of them without a result` : ''}, ${pending} pending`;
}

function spread(of: ConfidenceInterval | null, format: (value: number) => string): string {
  if (of === null) return '–';
  const { mean, interval } = of;
  return interval ? `${format(mean)} (${format(interval[0])} to ${format(interval[1])})` : format(mean);
}
