import { down, homeFolder, isAlive, runningStack } from '@espalier/embedded';
import { Command, InvalidArgumentError } from 'commander';
import { startStack } from '../api-client/connect.js';
import { CommandError } from '../command-error.js';
import { note, print, printJson, table } from '../output/print.js';

const wholeNumber = (value: string): number => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1024 || number > 65_500) {
    throw new InvalidArgumentError('a whole number from 1024 to 65500 is needed.');
  }
  return number;
};

export function upCommand(): Command {
  return new Command('up')
    .option('--port-base <n>', 'first of the ports to use (default 7830, or ESPALIER_PORT_BASE)', wholeNumber)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExamples:\n  npx espalier up\n  npx espalier up --port-base 9000')
    .action(async ({ portBase, json }: { portBase?: number; json?: boolean }) => {
      const { ports } = await startStack(portBase);
      const places = placesOf(ports);
      if (json) printJson(places);
      else for (const [name, url] of Object.entries(places)) print(`${name.padEnd(12)} ${url}`);
    });
}

export function placesOf(ports: { api: number; temporalUi: number }): Record<string, string> {
  return {
    api: `http://127.0.0.1:${ports.api}`,
    openapi: `http://127.0.0.1:${ports.api}/docs`,
    temporal: `http://127.0.0.1:${ports.temporalUi}`,
  };
}

export function downCommand(): Command {
  return new Command('down')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const stopped = await down(homeFolder());
      if (json) printJson({ stopped });
      else note(stopped ? 'stopped' : 'nothing was running');
    });
}

export function statusCommand(): Command {
  return new Command('status')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExits with 5 when the stack does not run.')
    .action(({ json }: { json?: boolean }) => {
      const state = runningStack(homeFolder());
      const components = Object.entries(state?.components ?? {}).map(([name, { pid, startTime, restarts }]) => ({
        name,
        pid,
        running: isAlive({ pid, startTime }),
        restarts,
      }));
      if (json) printJson({ running: state !== undefined, phase: state?.phase ?? null, components });
      if (!state) throw new CommandError('unavailable', 'the stack does not run: start it with `npx espalier up`');
      if (json) return;
      print(
        table(
          ['process', 'pid', 'state', 'restarts'],
          components.map(({ name, pid, running, restarts }) => [
            name,
            String(pid),
            running ? 'running' : 'down',
            String(restarts),
          ]),
        ),
      );
      for (const [name, url] of Object.entries(placesOf(state.ports))) print(`${name.padEnd(12)} ${url}`);
    });
}
