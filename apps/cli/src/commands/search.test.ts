import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { asCommandError } from '../command-error.js';
import { searchCommand } from './search.js';

const folder = mkdtempSync(join(tmpdir(), 'espalier-search-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  jest.restoreAllMocks();
});
let count = 0;
const write = (text: string): string => {
  // Node reads a module once.
  const path = join(folder, `file-${count++}.mjs`);
  writeFileSync(path, text);
  return path;
};

async function search(...options: string[]): Promise<Record<string, unknown>[]> {
  const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await searchCommand().parseAsync(options, { from: 'user' });
  const text = out.mock.calls.map(([chunk]) => String(chunk)).join('');
  out.mockRestore();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const refusalOf = (...options: string[]): Promise<string> =>
  search(...options).then(
    () => 'accepted',
    (error: unknown) => {
      const { kind, message } = asCommandError(error);
      return `${kind}: ${message.replaceAll(folder, '')}`;
    },
  );

const problem = (): string =>
  write(
    `export const space = { kind: { options: ['a', 'b', 'c'] } };
     export const reference = [1, 1];
     export const evaluate = ({ kind }) => kind === 'a' ? [0.5, 0.5] : [0.9, 0.9];`,
  );

describe('a search of a problem', () => {
  it('is ended by a known objective that throws, in one sentence', async () => {
    const file = write(
      `export const space = { x: { low: 0, high: 1 } };
       export const reference = [1, 1];
       export const known = () => { throw new Error('no table'); };
       export const evaluate = ({ x }) => [x, 1 - x];`,
    );
    expect(await refusalOf('--problem', file)).toMatch(
      /^invalid: known\[0\], of objective 2, threw "no table" at \{"x":/,
    );
  });

  it('goes on from the results that an earlier one printed, and tries none of them again', async () => {
    const file = problem();
    const earlier = await search('--problem', file, '--evaluations', '1', '--strategy', 'random');
    const known = write(earlier.map((each) => JSON.stringify(each)).join('\n'));
    const later = await search('--problem', file, '--prior', known, '--strategy', 'random');
    expect(later).toHaveLength(2);
    const kinds = [...earlier, ...later].map(({ parameters }) => (parameters as { kind: string }).kind);
    expect(kinds.toSorted()).toEqual(['a', 'b', 'c']);
    expect(later.at(-1)).toMatchObject({ hypervolume: 0.25 });
  });

  it('refuses earlier results with file and line, value, and what is allowed', async () => {
    const prior = write(
      [
        '{"parameters": {"kind": "a"}, "objectives": [0.5, 0.5]}',
        '',
        '{"parameters": {"kind": "d"}, "objectives": [0.5, 0.5]}',
        '{"parameters": {"kind": "a"}, "objectives": [0.5]}',
        '{"parameters": {"kind": "a"}, "objectives": [0.5, NaN]}',
        '{"parameters": {"kind": "a"}, "objective": null}',
        '{"parameters": {"kind": "b"}, "objectives": null}',
      ].join('\n'),
    );
    const refusal = await refusalOf('--problem', problem(), '--prior', prior);
    expect(refusal).toMatch(/^invalid: /);
    expect(refusal).toMatch(/\.mjs:3: kind is d; allowed: a, b, c/);
    expect(refusal).toMatch(/\.mjs:4: objectives .*\[0\.5\].*: .*2/);
    expect(refusal).toMatch(/\.mjs:5: NaN and Infinity are not JSON; write null/);
    expect(refusal).toMatch(/\.mjs:6: .*objective \(null\)/);
    expect(refusal).not.toMatch(/\.mjs:[1267]: kind/);
  });

  it('refuses a file of earlier results that is not there, and one without a problem', async () => {
    expect(await refusalOf('--problem', problem(), '--prior', join(folder, 'none'))).toMatch(
      /none cannot be read \(ENOENT\)/,
    );
    expect(await refusalOf('--prior', join(folder, 'none'))).toMatch(/--prior .* --problem/);
  });
});
