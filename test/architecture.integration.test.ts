import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = ['ARCHITECTURE.md', 'README.md', 'docs/energy-model.md', 'docs/strategies.md', 'docs/runbook.md'];

describe('documents', () => {
  it.each(DOCUMENTS)('%s names files and folders that exist', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const named = [...text.matchAll(/`((?:apps|libs|test|bench|docs|setup|examples|prisma|infra)\/[\w./-]+)`/g)];
    const missing = named.map(([, path]) => path).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
    if (document === 'ARCHITECTURE.md') expect(named.length).toBeGreaterThan(50);
  });
});
