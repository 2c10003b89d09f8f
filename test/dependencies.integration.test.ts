import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { forbidden } = require('../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };
const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

interface Violation {
  from: string;
  rule: { name: string };
}

function violationsIn(...folders: string[]): Promise<Violation[]> {
  const args = [depcruise, ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (!stdout) reject(new Error(stderr || error?.message));
      else resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
    });
  });
}

describe('the arrows between the parts', () => {
  it('hold', async () => {
    expect(await violationsIn('apps', 'libs')).toEqual([]);
  });

  it('are each held by a rule that a fixture breaks', async () => {
    const violations = await violationsIn('test/dependency-fixtures');
    for (const { name } of forbidden) {
      const broken = violations.filter(
        ({ from, rule }) => rule.name === name && from.includes(`dependency-fixtures/${name}/`),
      );
      expect({ rule: name, broken: broken.length > 0 }).toEqual({ rule: name, broken: true });
    }
  });
});
