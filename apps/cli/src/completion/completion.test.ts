import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command, Option } from 'commander';
import { bashCompletion } from './bash-completion.js';
import { commandTree } from './command-tree.js';
import { fishCompletion } from './fish-completion.js';
import { zshCompletion } from './zsh-completion.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  writeFileSync(join(folder, 'chip.yaml'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function sampleProgram(): Command {
  const program = new Command('sample').version('1.0.0');
  program.command('front').description('a placeholder until it is loaded');
  const group = program.command('group').description("what's in it: a \\ and a $HOME, and `date`");
  group.command('list').option('--json', "it's as JSON: all");
  group.command('look-up <id>').option('-o, --out <file>', 'where to');
  return program;
}
const front = new Command('front')
  .description('the loaded one')
  .argument('<campaign>')
  .addOption(new Option('--format <format>', 'how').choices(['table', 'csv', 'svg']))
  .addOption(new Option('--secret').hideHelp());
const tree = commandTree(sampleProgram(), [front]);

const SHELLS = {
  bash: { write: bashCompletion, ask: askBash },
  zsh: { write: zshCompletion, ask: askZsh },
  fish: { write: fishCompletion, ask: askFish },
};

describe.each(Object.entries(SHELLS))('the completion script for %s', (shell, { write, ask }) => {
  // A machine need not have every shell.
  const itInShell = spawnSync(shell, ['-c', 'exit 0']).status === 0 ? it : it.skip;
  const completed = (line: string): string[] => {
    const script = join(folder, `script.${shell}`);
    writeFileSync(script, write(tree));
    return ask(script, line).sort();
  };

  itInShell('completes commands and their subcommands', () => {
    expect(completed('sample ')).toEqual(['front', 'group', 'help']);
    expect(completed('sample gr')).toEqual(['group']);
    expect(completed('sample group ')).toEqual(['help', 'list', 'look-up']);
    expect(completed('sample group l')).toEqual(['list', 'look-up']);
    expect(completed('sample help f')).toEqual(['front']);
  });

  itInShell('completes the visible options of the command that was typed', () => {
    expect(completed('sample --')).toEqual(['--help', '--version']);
    expect(completed('sample front mine --')).toEqual(['--format', '--help']);
    expect(completed('sample group list --j')).toEqual(['--json']);
  });

  itInShell('completes the values of an option that has choices, and files for another', () => {
    expect(completed('sample front --format ')).toEqual(['csv', 'svg', 'table']);
    expect(completed('sample front --format c')).toEqual(['csv']);
    expect(completed('sample group look-up --out chi')).toEqual(['chip.yaml']);
    expect(completed('sample group look-up -o chi')).toEqual(['chip.yaml']);
    expect(completed('sample front chi')).toEqual(['chip.yaml']);
  });

  itInShell('completes a value behind an equals sign', () => {
    expect(completed('sample front --format=s').map((word) => word.replace('--format=', ''))).toEqual(['svg']);
  });
});

function output(command: string, args: string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    input,
    timeout: 20_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Without a match, readline completes files, as `complete -o default` has it. */
function askBash(script: string, line: string): string[] {
  const words = line.replaceAll('=', ' = ').split(' ');
  return lines(
    output('bash', [
      '--norc',
      '-c',
      `source "$0"
       COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
       COMPREPLY=(stale)
       _sample
       [[ $(complete -p sample) == *'-o default'* && \${#COMPREPLY[@]} == 0 ]] && compgen -f -- "\${@: -1}"
       printf '%s\\n' "\${COMPREPLY[@]}"`,
      script,
      ...words,
    ]),
  );
}

function askFish(script: string, line: string): string[] {
  const listed = lines(output('fish', ['--no-config', '-c', `source ${script}; complete -C ${JSON.stringify(line)}`]));
  return listed.map((each) => each.split('\t')[0] ?? '').filter((word) => !/^-[a-zA-Z]$/.test(word));
}

/** Presses Tab in an interactive zsh, whose `compadd` writes the matches to a file. */
function askZsh(script: string, line: string): string[] {
  const matches = join(folder, 'matches');
  const startup = join(folder, 'press-tab.zsh');
  writeFileSync(matches, '');
  writeFileSync(
    startup,
    `PROMPT=
autoload -U compinit && compinit -u -D
source ${script}
bindkey '^I' complete-word
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  print -rl -- $hits >> ${matches}
}
comppostfuncs=(exit)
`,
  );
  output(
    'zsh',
    ['-f'],
    `zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'source ${startup}; print RE""ADY'
zpty -r inner seen '*READY*'
zpty -w -n inner '${line}\t'
while zpty -r inner seen; do :; done
`,
  );
  return [...new Set(lines(readFileSync(matches, 'utf8')))];
}
