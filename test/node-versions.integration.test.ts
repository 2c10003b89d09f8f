import { readFileSync } from 'node:fs';
import { NODE } from '@espalier/machine/requirements';
import { describe, expect, it } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

describe('the versions of Node', () => {
  it('are the same in package.json, .nvmrc and the check of the machine', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const [major, minor] = NODE.oldest;
    expect(engines.node).toBe(`>=${major}.${minor} <${NODE.newest + 1}`);
    const recommended = Number(read('.nvmrc'));
    expect(recommended).toBeGreaterThanOrEqual(22);
    expect(recommended).toBeLessThanOrEqual(NODE.newest);
  });
});
