import type { CommandNode } from './command-tree.js';

/** A command and the words that lead to it, the program's name first. */
export interface Place {
  readonly path: string;
  readonly node: CommandNode;
}

/** Lists a command and all below it, each with its path. */
export function flattenTree(node: CommandNode, above: readonly string[] = []): Place[] {
  const words = [...above, node.name];
  return [{ path: words.join(' '), node }, ...node.commands.flatMap((child) => flattenTree(child, words))];
}

/** Lists the options that take a value, each by all its names. */
export function valueOptions(places: readonly Place[]): { patterns: string[]; choices: readonly string[] }[] {
  return places.flatMap(({ path, node }) =>
    node.options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices }) => ({ patterns: names.map((name) => `${path} ${name}`), choices })),
  );
}
