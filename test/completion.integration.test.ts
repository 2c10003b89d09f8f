import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));

function espalier(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe('espalier completion', () => {
  const help = espalier('--help');
  const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);

  it('completes every command that --help lists', () => {
    expect(complete('')).toEqual(expect.arrayContaining(commands.slice(0, commands.indexOf('help'))));
  });

  it('completes subcommands, options and values of commands that are loaded when they run', () => {
    expect(complete('campaign', 're')).toEqual(['resume', 'reprice', 'reevaluate', 'retry-failed'].sort());
    expect(complete('front', 'mine', '--f')).toEqual(['--format']);
    expect(complete('front', 'mine', '--format', 'c')).toEqual(['csv']);
    expect(complete('completion', '')).toEqual(['bash', 'fish', 'zsh']);
  });

  function complete(...words: string[]): string[] {
    const ask = `source <(cat) && COMP_WORDS=(espalier "$@") COMP_CWORD=$# && _espalier && printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['--norc', '-c', ask, 'bash', ...words], {
      encoding: 'utf8',
      input: espalier('completion', 'bash'),
    });
    return stdout.trim().split('\n').sort();
  }
});
