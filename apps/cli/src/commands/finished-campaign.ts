import { FINAL_CAMPAIGN_STATES, type Campaign, type ExtendRequest } from '@espalier/contracts';
import confirm from '@inquirer/confirm';
import { Option, type Command } from 'commander';
import { formatBudget } from '../output/format-budget.js';
import { api } from '../api-client/connect.js';
import { CommandError } from '../command-error.js';
import { FRONT_FORMATS, formatFront, type FrontFormat } from '../output/front-formats.js';
import { positiveHours, positiveNumber } from '../input/option-numbers.js';
import { note, print, printJson, table } from '../output/print.js';
import { readAccelerator } from '../input/read-accelerator.js';

/** Commands for finished campaigns: extend, retry, archive, delete. */
export function addFinishedCampaignCommands(command: Command): void {
  command
    .command('extend <name>')
    .description('give a campaign that has ended larger budgets; its strategy goes on from what it knows')
    .option('--candidates <n>', 'candidates in all', positiveNumber)
    .option('--device-hours <n>', 'hours of devices in all', positiveHours)
    .option('--wall-clock-hours <n>', 'hours since the launch', positiveHours)
    .option('--energy-evaluations <n>', 'evaluations of energy in all', positiveNumber)
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print the answer as JSON')
    .action(async (name: string, { dryRun = false, json, ...larger }: Partial<ExtendRequest> & { json?: boolean }) => {
      const extension = await api().extend(name, { ...larger, dryRun });
      const { campaign, budgetBefore, budget } = extension;
      const [before, after] = [formatBudget(budgetBefore), formatBudget(budget)];
      if (json) printJson(extension);
      else if (after === before) note(`${campaign} has a budget of ${after} already`);
      else note(`${campaign} ${dryRun ? 'would go' : 'goes'} on, from ${before} to ${after}`);
    });
  command
    .command('retry-failed <name>')
    .description('have candidates that failed tried again, each from its last checkpoint')
    .option('--type <error>', 'only those of this type of error, diverged ones too')
    .option('--candidate <ids...>', 'only these, whatever ended them')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npx espalier campaign retry-failed lenet5-mnist --type OutOfMemoryError --dry-run',
    )
    .action(
      async (name: string, options: { type?: string; candidate?: string[]; dryRun?: boolean; json?: boolean }) => {
        const { type: errorType, candidate: candidates, dryRun = false, json } = options;
        const retry = await api().retryFailed(name, {
          ...(errorType !== undefined && { errorType }),
          ...(candidates && { candidates }),
          dryRun,
        });
        if (json) return printJson(retry);
        const { campaign, retried } = retry;
        if (retried.length === 0) return note(`${campaign} has no candidates to try again`);
        note(`${campaign} ${dryRun ? 'would try' : 'tries'} ${retried.length} again:`);
        print(
          table(
            ['#', 'id', 'was', 'type of error'],
            retried.map(({ number, id, state, failure }) => [String(number), id, state, failure?.type ?? '–']),
          ),
        );
      },
    );
  command
    .command('reprice <name>')
    .description('show the front that the candidates make on another chip; none is trained again')
    .requiredOption('--accelerator <name>', 'a shipped chip, or the YAML file of one')
    .option('--batch <n>', 'images that the chip runs together', positiveNumber)
    .addOption(new Option('--format <format>', 'how to print it').choices(FRONT_FORMATS).default('table'))
    .addHelpText('after', '\nExamples:\n  npx espalier campaign reprice lenet5-mnist --accelerator scnn --batch 16')
    .action(async (name: string, options: { accelerator: string; batch?: number; format: FrontFormat }) => {
      const { batch, format } = options;
      const accelerator = await readAccelerator(options.accelerator);
      const front = await api().reprice(name, { accelerator, ...(batch !== undefined && { batch }) });
      print(await formatFront(front, format));
    });
  command
    .command('archive <name>')
    .description('put a campaign that has ended away: it is kept, and listed only with --all')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print the campaign as JSON')
    .action(async (name: string, { dryRun, json }: { dryRun?: boolean; json?: boolean }) => {
      if (dryRun) return sayWhatArchivingWouldDo(await api().campaign(name));
      const campaign = await api().archive(name);
      if (json) printJson(campaign);
      else note(`${campaign.name} is archived`);
    });
  command
    .command('delete <name>')
    .description('remove a campaign that has ended, with the files that nothing else refers to')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would go, and remove nothing')
    .option('--json', 'print the answer as JSON')
    .action(
      async (name: string, { yes, dryRun = false, json }: { yes?: boolean; dryRun?: boolean; json?: boolean }) => {
        const would = await api().delete(name, { dryRun: true });
        const { unreferencedArtifacts } = would;
        const rest =
          unreferencedArtifacts.files > 0
            ? `, and ${unreferencedArtifacts.files} of ${megabytes(unreferencedArtifacts.bytes)} that trainings left on their way`
            : '';
        const what = `${would.campaign}: ${would.candidates} candidates, ${would.files} files of ${megabytes(would.bytes)}${rest}`;
        if (!dryRun && !yes && !(await isConfirmed(`Delete ${what}?`))) {
          throw new CommandError('conflict', `nothing was deleted; say --yes to delete ${what}`);
        }
        const deletion = dryRun ? would : await api().delete(name, { dryRun });
        if (json) printJson(deletion);
        else note(`${dryRun ? 'would delete' : 'deleted'} ${what}`);
      },
    );
}

function sayWhatArchivingWouldDo({ name, state, archivedAt }: Campaign): void {
  if (archivedAt !== null) note(`${name} is archived already: nothing would happen`);
  else if (FINAL_CAMPAIGN_STATES.includes(state)) note(`${name} would be listed only with --all`);
  else note(`${name} is ${state}: it would be refused, until it has ended`);
}

/** Without a terminal there is no confirmation. */
function isConfirmed(message: string): Promise<boolean> {
  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  return canAsk ? confirm({ message, default: false }) : Promise.resolve(false);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
