import type { CommandNode } from './command-tree.js';
import { flattenTree, valueOptions } from './flatten-tree.js';

/** Writes a program's completion script for zsh. */
export function zshCompletion(program: CommandNode): string {
  const places = flattenTree(program);
  const values = valueOptions(places).map(({ patterns, choices }) => {
    const action = choices.length > 0 ? `compadd -- ${choices.map(quote).join(' ')}` : '_files';
    return `    ${patterns.map(quote).join('|')}) ${action}; return ;;`;
  });
  const words = places.map(({ path, node }) => {
    const plain = [
      ...node.commands.map(({ name, description }) => described(name, description)),
      ...node.choices.map(quote),
    ];
    const options = node.options.flatMap(({ names, description }) => names.map((name) => described(name, description)));
    return `    ${quote(path)}) plain=(${plain.join(' ')}) options=(${options.join(' ')}) ;;`;
  });
  const { name } = program;
  return `#compdef ${name}
# zsh completion of ${name}: source it after compinit, or put it as _${name} into a folder of $fpath.
_${name}() {
  local current=$words[CURRENT] previous=$words[CURRENT-1] place=${name} word
  local -a plain options
  if [[ $current == --*=* ]]; then
    previous=\${current%%=*}
    compset -P '*='
  fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
      ${places
        .slice(1)
        .map(({ path }) => quote(path))
        .join('|')}) place="$place $word" ;;
    esac
  done
  case "$place $previous" in
${values.join('\n')}
  esac
  case $place in
${words.join('\n')}
  esac
  if [[ $current == -* ]]; then
    _describe -o option options
  elif (( $#plain )); then
    _describe command plain
  else
    _files
  fi
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** `_describe` separates a word from its description by a colon. */
const described = (word: string, description: string): string =>
  quote(`${word.replaceAll(':', String.raw`\:`)}:${description}`);
