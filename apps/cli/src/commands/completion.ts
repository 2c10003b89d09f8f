import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/bash-completion.js';
import { commandTree } from '../completion/command-tree.js';
import { fishCompletion } from '../completion/fish-completion.js';
import { zshCompletion } from '../completion/zsh-completion.js';

const WRITERS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @param loadCommands loads every command of the program */
export function completionCommand(loadCommands: () => Promise<Command[]>): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell that runs the script').choices(Object.keys(WRITERS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(espalier completion bash)     # in ~/.bashrc
  source <(espalier completion zsh)      # in ~/.zshrc, after compinit
  espalier completion fish > ~/.config/fish/completions/espalier.fish

It completes the command espalier, as \`npm link\` installs it; not npx espalier.`,
    )
    .action(async (shell: keyof typeof WRITERS, _options: object, command: Command) => {
      const program = command.parent ?? command;
      process.stdout.write(WRITERS[shell](commandTree(program, await loadCommands())));
    });
}
