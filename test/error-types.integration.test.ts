import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_TYPES, errorType } from '@espalier/contracts';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
/** They carry an exit code or a status of their own. */
const CARRY_THEIR_OWN = ['CommandError', 'ProblemException'];

describe('ERROR_TYPES', () => {
  it('has each error type that the sources name', () => {
    const files = ['libs', 'apps'].flatMap((folder) =>
      readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })
        .filter((file) => /^[\w-]+\/src\/.*\.ts$/.test(file))
        .map((file) => join(root, folder, file)),
    );
    const named = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/override name = '(\w+)'/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in ERROR_TYPES) && !CARRY_THEIR_OWN.includes(name))).toEqual([]);
  });

  it('has an unforeseen error tried again', () => {
    expect(errorType('RangeError')).toMatchObject({ isRetried: true, exitCode: 'internal', status: 500 });
  });
});
