import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Campaign, Front } from '@espalier/contracts';
import { down, homeFolder, runningStack } from '@espalier/embedded';
import confirm from '@inquirer/confirm';
import { Command } from 'commander';
import { api, startStack } from '../api-client/connect.js';
import { CommandError } from '../command-error.js';
import { formatReduction } from '../output/cost.js';
import { formatFront } from '../output/front-formats.js';
import { formatParallelism } from '../output/format-launch.js';
import { note, percent, print } from '../output/print.js';
import { readSpec } from '../input/read-spec.js';
import { watchCampaign } from '../watch/watch.js';
import { resumeCampaign } from './campaign.js';
import { placesOf } from './stack.js';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/lenet5-mnist.yaml', import.meta.url));

export function demoCommand(): Command {
  return new Command('demo')
    .option('--file <file>', 'another campaign file', EXAMPLE)
    .option('--keep', 'leave the stack running when the campaign has ended')
    .option('--fresh', 'launch a new campaign even when one can be resumed')
    .option('--json', 'print the front as JSON')
    .addHelpText('after', '\nCtrl-C stops everything; the same command goes on from the last checkpoints.')
    .action(demo);
}

async function demo({
  file,
  keep,
  fresh,
  json,
}: {
  file: string;
  keep?: boolean;
  fresh?: boolean;
  json?: boolean;
}): Promise<void> {
  const spec = await readSpec(file);
  const wasRunning = runningStack(homeFolder()) !== undefined;
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new CommandError('interrupted', 'interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    note('Starting the stack on this machine (ten seconds)');
    const { ports } = await startStack();
    interrupted.signal.throwIfAborted();
    const campaign = await launchOrResume(spec, fresh ?? false);
    note(
      `Campaign ${campaign.name}: ${spec.budget.candidates} candidates, ${formatParallelism(spec.parallelism)} at a time (under ten minutes on 2 cores). Ctrl-C stops it; the same command goes on.`,
    );
    const ended = await watchCampaign(api(), campaign.name, {
      signal: interrupted.signal,
      // A part of the stack has died: the supervisor restarts it, and this restarts the supervisor.
      onUnreachable: async () => void (await startStack()),
    });
    await report(ended, json ?? false);
    note('');
    for (const [name, url] of Object.entries(placesOf(ports))) note(`${name.padEnd(10)} ${url}`);
    if (ended.state === 'failed')
      throw new CommandError('campaignFailed', ended.failure?.message ?? 'the campaign failed');
    if (!keep && !wasRunning) {
      note(
        'These answer while the stack is up: it stops now (keep it with --keep, or start it with `npx espalier up`).',
      );
    }
  } catch (error) {
    if (interrupted.signal.aborted) {
      note('\nStopping; `npm run demo` goes on from the last checkpoints.');
      throw interrupted.signal.reason;
    }
    throw error;
  } finally {
    if (interrupted.signal.aborted || (!keep && !wasRunning)) await down(homeFolder());
  }
}

/**
 * Resumes an unfinished campaign of the example's name (after a question on a terminal), or
 * launches one under a free name.
 */
async function launchOrResume(spec: Awaited<ReturnType<typeof readSpec>>, fresh: boolean): Promise<Campaign> {
  const client = api();
  const named = (await client.campaigns(true)).filter(
    ({ name }) => name === spec.name || name.startsWith(`${spec.name}-`),
  );
  const unfinished = named.find(({ state }) => ['pending', 'running', 'paused'].includes(state));
  if (unfinished && !fresh) {
    const { name, counts } = unfinished;
    const question = `Campaign ${name} is unfinished (${counts.completed} of ${unfinished.spec.budget.candidates} done). Resume it?`;
    const yes =
      process.stdin.isTTY && process.stderr.isTTY ? await confirm({ message: question, default: true }) : true;
    if (yes) {
      note(`Resuming ${name} (${counts.completed} of ${unfinished.spec.budget.candidates} done)`);
      return resumeCampaign(name);
    }
    await client.tell(name, 'cancel');
  }
  const taken = new Set(named.map(({ name }) => name));
  let name = spec.name;
  for (let i = 2; taken.has(name); i++) name = `${spec.name}-${i}`;
  return client.launch({ ...spec, name });
}

async function report(campaign: Campaign, json: boolean): Promise<void> {
  const front = await api().front(campaign.name);
  const folder = resolve(join(homeFolder(), 'results', campaign.name));
  mkdirSync(folder, { recursive: true });
  for (const format of ['csv', 'json', 'svg'] as const) {
    writeFileSync(join(folder, `front.${format}`), `${await formatFront(front, format)}\n`);
  }
  print(json ? await formatFront(front, 'json') : await summary(campaign, front));
  for (const format of ['csv', 'json', 'svg']) note(join(folder, `front.${format}`));
}

async function summary({ name, state, counts }: Campaign, front: Front): Promise<string> {
  const lines = [
    `\nThe front of ${name}, ${state}: ${counts.completed} candidates done, ${counts.diverged} diverged, ${counts.failed} failed`,
    await formatFront(front, 'table'),
  ];
  const { dense, points } = front;
  const best = points.find(({ testAccuracy }) => dense && (testAccuracy ?? 0) >= dense.testAccuracy - 0.01);
  if (best) {
    lines.push(
      `Least energy within 1 point of the dense test accuracy: ${formatReduction(front, best)} × less, at ${percent(best.testAccuracy)}`,
    );
  }
  return lines.join('\n');
}
