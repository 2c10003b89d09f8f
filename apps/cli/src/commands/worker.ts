import { Command } from 'commander';
import { api } from '../api-client/connect.js';
import { CommandError } from '../command-error.js';
import { note, print, printJson, table } from '../output/print.js';

export function workerCommand(): Command {
  const command = new Command('worker');
  command
    .command('list')
    .description('list the workers heard of within the last minute')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const workers = await api().workers();
      if (json) return printJson({ items: workers });
      if (workers.length === 0) return note('no worker was heard of within the last minute');
      print(
        table(
          ['worker', 'state', 'device', 'class', 'busy', 'why'],
          workers.map(({ id, state, device, deviceClass, busy, slots, reason }) => [
            id,
            state,
            device,
            deviceClass,
            `${busy} of ${slots}`,
            reason ?? '',
          ]),
        ),
      );
    });
  command
    .command('drain <id>')
    .description('have a worker hand back what it trains, to go on elsewhere from a checkpoint, and take no more')
    .option('--dry-run', 'say what would happen, and change nothing')
    .addHelpText('after', '\nIt shows as drained when that is done; then it can be stopped.')
    .action(async (id: string, { dryRun }: { dryRun?: boolean }) => {
      if (dryRun) {
        const worker = (await api().workers()).find((each) => each.id === id);
        if (!worker) throw new CommandError('notFound', `no worker '${id}' was heard of within the last minute`);
        return note(`would hand back ${worker.busy} jobs of ${id}`);
      }
      await api().drain(id);
      note(`${id} hands back its work`);
    });
  return command;
}
