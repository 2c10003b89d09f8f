import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eyeriss, searchMapping } from '@espalier/energy-model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedSearch, weightedLayers, zooNetwork } from './index.js';

describe('cached mappings', () => {
  const { shape } = weightedLayers(zooNetwork('lenet-5'))[1];
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'mappings-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are the same as searched ones, from memory and from another process’s file', () => {
    const searched = searchMapping(shape, 4, eyeriss);
    const first = cachedSearch(folder);
    expect(first(shape, 4, eyeriss)).toEqual(searched);
    expect(first({ ...shape, name: 'another' }, 4, eyeriss)).toEqual(searched);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(cachedSearch(folder)(shape, 4, eyeriss)).toEqual(searched);
  });

  it('differ by batch and chip', () => {
    const search = cachedSearch(folder);
    search(shape, 4, eyeriss);
    search(shape, 8, eyeriss);
    search(shape, 4, { ...eyeriss, name: 'other' });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('are searched again when their file is damaged', () => {
    cachedSearch(folder)(shape, 4, eyeriss);
    const [file] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"temporal": {"dram": [');
    expect(cachedSearch(folder)(shape, 4, eyeriss)).toEqual(searchMapping(shape, 4, eyeriss));
  });

  it('cost only a search where nothing can be written', () => {
    const search = cachedSearch(join(folder, 'file', 'below'));
    writeFileSync(join(folder, 'file'), '');
    expect(search(shape, 4, eyeriss)).toEqual(searchMapping(shape, 4, eyeriss));
  });
});
