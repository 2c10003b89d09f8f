import type { CommandNode } from './command-tree.js';
import { flattenTree, type Place } from './flatten-tree.js';

/** Writes a program's completion script for fish. */
export function fishCompletion(program: CommandNode): string {
  const places = flattenTree(program);
  const { name } = program;
  return `# fish completion of ${name}: source it, or put it as ${name}.fish into ~/.config/fish/completions.
function __${name}_is_at
  set -l place ${name}
  for word in (commandline -opc)[2..-1]
    switch "$place $word"
      case ${places
        .slice(1)
        .map(({ path }) => quote(path))
        .join(' ')}
        set place "$place $word"
    end
  end
  test "$place" = "$argv"
end
${places.flatMap((place) => linesOf(name, place)).join('\n')}
`;
}

function linesOf(program: string, { path, node }: Place): string[] {
  const start = `complete -c ${program} -n ${quote(`__${program}_is_at ${path}`)}`;
  return [
    ...node.commands.map(({ name, description }) => `${start} -f -a ${quote(name)} -d ${quote(description)}`),
    ...(node.choices.length > 0 ? [`${start} -f -a ${quote(node.choices.join(' '))}`] : []),
    ...node.options.map(({ names, description, takesValue, choices }) => {
      const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      const value = choices.length > 0 ? [`-x -a ${quote(choices.join(' '))}`] : takesValue ? ['-r -F'] : [];
      return [start, ...flags, ...value, `-d ${quote(description)}`].join(' ');
    }),
  ];
}

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
