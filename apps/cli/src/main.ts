#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands/index.js';
import { EXIT_CODES } from '@espalier/contracts/error-types';
import { asCommandError } from './command-error.js';
import { printJson } from './output/print.js';

const program = new Command('espalier')
  .description('Search for the most energy-frugal pruned versions of a trained neural network.')
  .version('0.1.0')
  .addHelpText(
    'after',
    `
Examples:
  npx espalier up
  npx espalier campaign launch examples/lenet5-mnist.yaml --watch
  npx espalier front lenet5-mnist
  npx espalier down

Environment:
  ESPALIER_HOME       state of this machine's stack (default .espalier in the checkout)
  ESPALIER_API_URL    an API elsewhere, instead of this machine's
  ESPALIER_PORT_BASE  first of the stack's ports (default 7830)
  NO_COLOR            no colours

Exit codes:
  0 done   1 internal error   2 wrong flag, file or value   3 not found   4 conflict with what there is
  5 stack or API out of reach   6 the campaign failed   130 interrupted`,
  );
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const named = words[0] === 'help' ? words[1] : words[0];
// Only the running command's module is loaded: all together take most of a second.
for (const { name, description, load } of COMMANDS) {
  program.addCommand((name === named ? await load() : new Command(name)).description(description));
}
exitInsteadOfThrowing(program);
program.hook('preAction', async () => {
  const [{ knownFields }, { z }] = await Promise.all([import('@espalier/contracts'), import('zod')]);
  z.config({ customError: knownFields });
});
// A reader that closes early, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/**
 * Prints an error in a sentence, or as JSON on request.
 *
 * @returns its exit code
 */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.invalid;
  const known = asCommandError(error);
  if (process.argv.includes('--json')) {
    printJson(known.problem ?? { type: 'about:blank', title: known.kind, detail: known.message });
  }
  if (known.kind !== 'interrupted') process.stderr.write(`espalier: ${known.message}\n`);
  return EXIT_CODES[known.kind];
}

function exitInsteadOfThrowing(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows what is allowed)');
  for (const each of command.commands) exitInsteadOfThrowing(each);
}
