import type { CommandNode } from './command-tree.js';
import { flattenTree, valueOptions } from './flatten-tree.js';

/** Writes a program's completion script for bash; it needs no `bash-completion`. */
export function bashCompletion(program: CommandNode): string {
  const places = flattenTree(program);
  const options = valueOptions(places);
  const values = options
    .filter(({ choices }) => choices.length > 0)
    .map(({ patterns, choices }) => `    ${anyOf(patterns)}) plain=${quote(choices.join(' '))} ;;`);
  const free = options.filter(({ choices }) => choices.length === 0).flatMap(({ patterns }) => patterns);
  if (free.length > 0) values.push(`    ${anyOf(free)}) return ;;`);
  const words = places.map(({ path, node }) => {
    const plain = [...node.commands.map(({ name }) => name), ...node.choices].join(' ');
    const flags = node.options.flatMap(({ names }) => names).join(' ');
    return `        ${quote(path)}) plain=${quote(plain)} flags=${quote(flags)} ;;`;
  });
  const { name } = program;
  // bash splits --name=value into three words. Without a match, readline completes files.
  return `# bash completion of ${name}: source it, for example from ~/.bashrc.
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} place=${name} word plain= flags=
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $word" in
      ${anyOf(places.slice(1).map(({ path }) => path))}) place="$place $word" ;;
    esac
  done
  case "$place $previous" in
${values.join('\n')}
    *)
      case $place in
${words.join('\n')}
      esac
      [[ $current == -* ]] && plain=$flags ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$plain" -- "$current")
}
complete -o default -F _${name} ${name}
`;
}

const anyOf = (patterns: readonly string[]): string => patterns.map(quote).join('|');

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
