import type { Command, Option } from 'commander';

export interface OptionNode {
  /** As they are typed, the long form first: `--help`, `-h`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** The values that are allowed; empty where they are free. */
  readonly choices: readonly string[];
}

/** A command as a completion script needs it. */
export interface CommandNode {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** The values that its first argument allows; empty where they are free. */
  readonly choices: readonly string[];
}

/**
 * Describes a command with its visible options and subcommands.
 *
 * @param loaded stands in for the subcommands of the same names: those of the program are
 *   placeholders until one of them runs
 */
export function commandTree(command: Command, loaded: readonly Command[] = []): CommandNode {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map((child) => {
    const node = commandTree(loaded.find((each) => each.name() === child.name()) ?? child);
    return node.name === 'help' ? { ...node, choices: command.commands.map((each) => each.name()) } : node;
  });
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionNode),
    commands,
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
}

function optionNode(option: Option): OptionNode {
  return {
    names: [option.long, option.short].filter((name) => typeof name === 'string'),
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}
