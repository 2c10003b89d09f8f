import { FINAL_CAMPAIGN_STATES, type Campaign, type CampaignEvent, type LaunchRequest } from '@espalier/contracts';
import { resolveNetwork } from '@espalier/networks';
import { Command } from 'commander';
import { addFinishedCampaignCommands } from './finished-campaign.js';
import { addFork } from './fork.js';
import { addReevaluate } from './reevaluate.js';
import { attemptLines } from '../output/attempt-lines.js';
import { formatBudget } from '../output/format-budget.js';
import { api, startStack, usesEmbeddedStack } from '../api-client/connect.js';
import { dataReportLines } from '../output/data-report.js';
import { CommandError } from '../command-error.js';
import { printLaunchPreview } from '../output/format-launch.js';
import { positiveNumber } from '../input/option-numbers.js';
import { note, percent, print, printJson, table } from '../output/print.js';
import { readSpec } from '../input/read-spec.js';
import { watchCampaign } from '../watch/watch.js';

/** Number of attempt errors that `show` prints. */
const LAST_ATTEMPTS = 3;

interface Json {
  json?: boolean;
}

interface LaunchOptions extends Json {
  watch?: boolean;
  dryRun?: boolean;
  idempotencyKey?: string;
}

export function campaignCommand(): Command {
  const command = new Command('campaign');
  command
    .command('launch <file>')
    .description('check a campaign file and launch it, once however often it is asked for')
    .option('--watch', 'follow it until it ends')
    .option('--dry-run', 'check it and say what would be launched')
    .option('--idempotency-key <key>', 'launching again with the same key gives the first campaign')
    .option('--json', 'print the campaign as JSON')
    .addHelpText('after', '\nExamples:\n  npx espalier campaign launch examples/lenet5-mnist.yaml --watch')
    .action(async (file: string, options: LaunchOptions) => launch(await readSpec(file), options));
  command
    .command('warm-start <file>')
    .description('launch a campaign that begins with results of earlier ones, of another space for example')
    .requiredOption('--from <sources...>', 'names of campaigns on the same chip, and CSV files of their candidates')
    .option('--watch', 'follow it until it ends')
    .option('--dry-run', 'check it and say what would be launched')
    .option('--json', 'print the campaign as JSON')
    .addHelpText(
      'after',
      `
The same as warmStart in the file. With another chip: campaign fork.

Examples:
  npx espalier candidate list lenet5-mnist --csv > lenet5.csv
  npx espalier campaign warm-start wider.yaml --from lenet5-mnist lenet5.csv --watch`,
    )
    .action(async (file: string, { from, ...options }: LaunchOptions & { from: string[] }) =>
      launch(await readSpec(file, from), options),
    );
  command
    .command('list')
    .description('list campaigns, the newest first')
    .option('--all', 'those that were archived too')
    .option('--json', 'print them as JSON')
    .action(async ({ all, json }: Json & { all?: boolean }) => {
      const campaigns = await api().campaigns(all);
      if (json) printJson({ items: campaigns });
      else print(table(['name', 'state', 'done', 'budget', 'hypervolume', 'launched'], campaigns.map(row)));
    });
  command
    .command('show <name>')
    .description('show one campaign, by name or id')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: Json) => {
      const campaign = await api().campaign(name);
      if (json) return printJson(campaign);
      showCampaign(campaign);
      const [exhausted] = await api().events(name, 1, 'space-exhausted');
      if (exhausted)
        print(
          `  no further candidates: all ${Number(exhausted.detail.schedules)} schedules of the space were proposed`,
        );
      if (FINAL_CAMPAIGN_STATES.includes(campaign.state)) return;
      for (const line of attemptLines(await api().events(name, LAST_ATTEMPTS, 'attempt-failed'))) print(`  ${line}`);
    });
  command
    .command('events <name>')
    .description('show what happened to a campaign, the newest first')
    .option('--limit <n>', 'how many, at most 1000', positiveNumber, 30)
    .option('--kind <kind>', 'only those of a kind, such as candidate-failed')
    .option('--json', 'print them as JSON')
    .action(async (name: string, { limit, kind, json }: Json & { limit: number; kind?: string }) => {
      const events = await api().events(name, limit, kind);
      if (json) printJson({ items: events });
      else print(table(['when', 'what', 'of', 'more'], events.map(eventRow)));
    });
  command
    .command('watch <name>')
    .description('follow a campaign until it ends or is paused')
    .option('--json', 'print the campaign as JSON at the end')
    .action(async (name: string, { json }: Json) => {
      const campaign = await follow(name);
      if (json) printJson(campaign);
      else showCampaign(campaign);
      failUnlessGood(campaign);
    });
  command
    .command('resume <name>')
    .description('go on with a campaign that was paused, or whose stack has stopped or died')
    .option('--watch', 'follow it until it ends')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print it as JSON')
    .addHelpText('after', "\nStarts this machine's stack when it does not run. Nothing that is finished is done again.")
    .action(async (name: string, { json, watch, dryRun }: Json & { watch?: boolean; dryRun?: boolean }) => {
      if (dryRun) return sayWhatAResumeWouldDo(await api().campaign(name));
      const resumed = await resumeCampaign(name);
      const campaign = watch ? await follow(resumed.name) : resumed;
      if (json) printJson(campaign);
      else if (watch) showCampaign(campaign);
      else note(`${campaign.name} is ${campaign.state}`);
      failUnlessGood(campaign);
    });
  command
    .command('pause <name>')
    .description('ask for no more candidates; those that run finish')
    .option('--now', 'those that run stop where they are, and go on from there after a resume')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { now = false, dryRun, json }: Json & { now?: boolean; dryRun?: boolean }) => {
      if (dryRun) return sayWhatWouldHappen(await api().campaign(name), now ? 'stop where they are' : 'finish');
      const campaign = await api().pause(name, { now });
      if (json) printJson(campaign);
      else note(`${campaign.name} is ${campaign.state}`);
    });
  command
    .command('cancel <name>')
    .description('stop training within seconds and end the campaign; its results stay')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { dryRun, json }: Json & { dryRun?: boolean }) => {
      if (dryRun) return sayWhatWouldHappen(await api().campaign(name), 'be cancelled');
      const campaign = await api().tell(name, 'cancel');
      if (json) printJson(campaign);
      else note(`${campaign.name} is being cancelled`);
    });
  addFinishedCampaignCommands(command);
  addFork(command);
  addReevaluate(command);
  return command;
}

function eventRow({ at, kind, candidate, detail }: CampaignEvent): string[] {
  const more = Object.entries(detail).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [at, kind, candidate?.slice(0, 8) ?? '', more.join(', ')];
}

function sayWhatWouldHappen({ name, state, counts }: Campaign, what: string): void {
  if (FINAL_CAMPAIGN_STATES.includes(state)) note(`${name} is ${state}: nothing would happen`);
  else
    note(`${counts.running} candidates of ${name} would ${what}; ${counts.completed + counts.imported} results stay`);
}

function sayWhatAResumeWouldDo({ name, state, counts }: Campaign): void {
  if (FINAL_CAMPAIGN_STATES.includes(state)) note(`${name} is ${state}: it would be refused; see extend and fork`);
  else if (state === 'paused')
    note(`${name} would go on, with ${counts.pending + counts.running} candidates first that are not done`);
  else note(`${name} is ${state}: nothing would happen`);
}

async function launch(spec: LaunchRequest, { watch, dryRun, idempotencyKey, json }: LaunchOptions): Promise<void> {
  if (dryRun) {
    const checked = await api().check(spec);
    if (!json) await sayWhatDataHas(checked.data);
    return printLaunchPreview(checked, { json: json ?? false });
  }
  const launched = await api().launch(spec, idempotencyKey);
  if (!json) await sayWhatDataHas(spec.data);
  if (!json) note(`campaign ${launched.name} is ${launched.state} (${launched.id})`);
  const campaign = watch ? await follow(launched.name) : launched;
  if (json) printJson(campaign);
  failUnlessGood(campaign);
}

async function sayWhatDataHas(data: string): Promise<void> {
  for (const line of dataReportLines(await api().dataSet(data))) note(line);
}

/** Resumes a campaign: starts this machine's stack when it is down, and waits for the workflow. */
export async function resumeCampaign(name: string): Promise<Campaign> {
  if (usesEmbeddedStack()) await startStack();
  const client = api();
  const campaign = await client.campaign(name);
  if (campaign.state === 'running' || campaign.state === 'pending') return campaign;
  for (let tries = 1; ; tries++) {
    try {
      return await client.tell(name, 'resume');
    } catch (error) {
      // After a fresh start the orchestrator needs a moment to start the workflow.
      if (!(error instanceof CommandError && error.kind === 'unavailable') || tries === 15) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

function follow(name: string): Promise<Campaign> {
  return watchCampaign(api(), name);
}

function failUnlessGood({ name, state, failure }: Campaign): void {
  if (state === 'failed')
    throw new CommandError('campaignFailed', `${name} failed: ${failure?.message ?? 'no reason was recorded'}`);
}

function row({ name, state, counts, spec, hypervolume, createdAt }: Campaign): string[] {
  return [name, state, String(counts.completed), formatBudget(spec.budget), hypervolume?.toFixed(4) ?? '–', createdAt];
}

function showCampaign(campaign: Campaign): void {
  const { name, id, state, spec, dense, counts, hypervolume, failure } = campaign;
  print(`${name} (${id}): ${state}${failure ? `, ${failure.message}` : ''}`);
  print(
    `  ${resolveNetwork(spec.network).name} on ${spec.data}, strategy ${spec.strategy.name}, seed ${spec.strategy.seed}, accuracy against ${spec.objectives[1]}`,
  );
  if (dense)
    print(
      `  dense: ${percent(dense.validationAccuracy)} on validation, ${percent(dense.testAccuracy)} on test, ${dense.weights} weights`,
    );
  print(
    `  candidates: ${Object.entries(counts)
      .map(([key, count]) => `${count} ${key}`)
      .join(', ')}`,
  );
  print(`  budget: ${formatBudget(spec.budget)}`);
  if (hypervolume !== null) print(`  hypervolume: ${hypervolume.toFixed(4)}`);
}
