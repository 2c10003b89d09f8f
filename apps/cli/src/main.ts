#!/usr/bin/env node
import { knownFields } from '@espalier/contracts';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { acceleratorCommand } from './commands/accelerator.js';
import { campaignCommand } from './commands/campaign.js';
import { candidateCommand } from './commands/candidate.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { energyCommand } from './commands/energy.js';
import { modelCommand } from './commands/model.js';
import { frontCommand } from './commands/front.js';
import { searchCommand } from './commands/search.js';
import { downCommand, statusCommand, upCommand } from './commands/stack.js';
import { workerCommand } from './commands/worker.js';
import { asCommandError, EXIT_CODES } from './exit-codes.js';
import { printJson } from './output.js';

z.config({ customError: knownFields });
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
for (const command of [
  upCommand(),
  downCommand(),
  statusCommand(),
  doctorCommand(),
  campaignCommand(),
  candidateCommand(),
  frontCommand(),
  energyCommand(),
  acceleratorCommand(),
  modelCommand(),
  workerCommand(),
  searchCommand(),
  demoCommand(),
]) {
  program.addCommand(command);
}
exitInsteadOfThrowing(program);
// A reader such as `head` that has seen enough is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells an error in a sentence (or as JSON when that was asked for) and gives its exit code. */
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
