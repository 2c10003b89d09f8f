import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eyeriss, searchMapping } from '@espalier/energy-model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { weightedLayers, zooNetwork } from '@espalier/networks';
import { cachedMappingSearch } from '@espalier/pricing';

describe('cached mappings', () => {
  const { shape } = weightedLayers(zooNetwork('lenet-5'))[1];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mappings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are the same as searched ones, from memory and from another process’s file', () => {
    const searched = searchMapping(shape, 4, eyeriss);
    const first = cachedMappingSearch(folder);
    expect(first(shape, 4, eyeriss)).toEqual(searched);
    expect(first({ ...shape, name: 'another' }, 4, eyeriss)).toEqual(searched);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(cachedMappingSearch(folder)(shape, 4, eyeriss)).toEqual(searched);
  });

  it('differ by batch and chip', () => {
    const search = cachedMappingSearch(folder);
    search(shape, 4, eyeriss);
    search(shape, 8, eyeriss);
    search(shape, 4, { ...eyeriss, name: 'other' });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('are whole for processes that search the same layer at the same time', async () => {
    const script = `
      import { cachedMappingSearch } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
      import { eyeriss } from ${JSON.stringify(new URL('../../energy-model/dist/index.js', import.meta.url).href)};
      const shape = JSON.parse(process.argv[1]);
      const mappings = Array.from({ length: 20 }, () => cachedMappingSearch(process.argv[2])(shape, 4, eyeriss));
      process.stdout.write(JSON.stringify(mappings));`;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () =>
        run(process.execPath, ['--input-type=module', '--eval', script, JSON.stringify(shape), folder]),
      ),
    );
    const searched = searchMapping(shape, 4, eyeriss);
    for (const { stdout } of outputs)
      expect(new Set((JSON.parse(stdout) as unknown[]).map((each) => JSON.stringify(each)))).toEqual(
        new Set([JSON.stringify(searched)]),
      );
    expect(readdirSync(folder).filter((file) => file.endsWith('.partial'))).toEqual([]);
  });

  it('are searched again when their file is damaged', () => {
    cachedMappingSearch(folder)(shape, 4, eyeriss);
    const [file] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"temporal": {"dram": [');
    expect(cachedMappingSearch(folder)(shape, 4, eyeriss)).toEqual(searchMapping(shape, 4, eyeriss));
  });

  it('cost only a search where nothing can be written', () => {
    const search = cachedMappingSearch(join(folder, 'file', 'below'));
    writeFileSync(join(folder, 'file'), '');
    expect(search(shape, 4, eyeriss)).toEqual(searchMapping(shape, 4, eyeriss));
  });
});
