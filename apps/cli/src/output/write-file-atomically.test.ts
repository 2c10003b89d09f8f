import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkWritable, writeFileAtomically } from './write-file-atomically.js';

describe('a file that a command writes', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'espalier-written-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is whole, in folders that are made for it, in the place of what was there', async () => {
    const path = join(folder, 'a', 'b.txt');
    await writeFileAtomically(path, 'one');
    expect(await writeFileAtomically(path, 'two')).toBe(path);
    expect(await readFile(path, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
  });

  it('is refused where a folder is, or a file is taken for one, and nothing is left beside it', async () => {
    await writeFile(join(folder, 'file'), '');
    const places = { [join(folder, 'folder')]: 'EISDIR', [join(folder, 'file', 'below')]: /ENOTDIR|EEXIST/ };
    await writeFileAtomically(join(folder, 'folder', 'inside'), '');
    const before = await readdir(folder);
    for (const [path, code] of Object.entries(places)) {
      for (const write of [() => writeFileAtomically(path, 'text'), () => checkWritable(path)]) {
        await expect(write()).rejects.toMatchObject({
          kind: 'invalid',
          message: expect.stringMatching(code),
        });
      }
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it('is found to be writable before it is made, which leaves nothing', async () => {
    await checkWritable(join(folder, 'model.keras'));
    expect(await readdir(folder)).toEqual([]);
  });
});
