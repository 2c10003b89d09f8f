import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { searchMapping, type Mapping, type MappingSearch } from '@espalier/energy-model';
import { z } from 'zod';

/** Grows when the search would answer differently, so that old answers are not found. */
const SEARCH_VERSION = 1;

const loop = { dimension: z.string(), count: z.int().min(1) };
const MappingSchema = z.strictObject({
  temporal: z.record(z.string(), z.array(z.strictObject(loop))),
  spatial: z.array(z.strictObject({ axis: z.string(), ...loop })),
});

/**
 * A mapping search that remembers its answers by shape, batch and chip: in memory, and in files of
 * a folder that many processes may share. A file appears whole or not at all; one that cannot be
 * read or written only costs a search.
 */
export function cachedMappingSearch(folder: string): MappingSearch {
  const known = new Map<string, Mapping>();
  return (shape, batch, accelerator) => {
    const key = createHash('sha256')
      .update(JSON.stringify([SEARCH_VERSION, { ...shape, name: '' }, batch, accelerator]))
      .digest('hex');
    let mapping = known.get(key) ?? read(join(folder, `${key}.json`));
    if (!mapping) {
      mapping = searchMapping(shape, batch, accelerator);
      write(folder, key, mapping);
    }
    known.set(key, mapping);
    return mapping;
  };
}

function read(file: string): Mapping | undefined {
  try {
    return MappingSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) as Mapping;
  } catch {
    return undefined;
  }
}

function write(folder: string, key: string, mapping: Mapping): void {
  const partial = join(folder, `${key}.${process.pid}.partial`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  try {
    writeFileSync(partial, JSON.stringify(mapping));
    renameSync(partial, join(folder, `${key}.json`));
  } catch {
    rmSync(partial, { force: true });
  }
}
