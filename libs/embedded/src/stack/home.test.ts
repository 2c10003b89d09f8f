import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { homeFolder } from './home.js';

const given = process.env.ESPALIER_HOME;
afterEach(() => {
  if (given === undefined) delete process.env.ESPALIER_HOME;
  else process.env.ESPALIER_HOME = given;
});

describe("the folder of a stack's state", () => {
  it('is .espalier at the top of the checkout', () => {
    delete process.env.ESPALIER_HOME;
    expect(basename(homeFolder())).toBe('.espalier');
    expect(existsSync(join(dirname(homeFolder()), 'package-lock.json'))).toBe(true);
  });

  it('is ESPALIER_HOME where that is set', () => {
    process.env.ESPALIER_HOME = '/elsewhere/state';
    expect(homeFolder()).toBe('/elsewhere/state');
  });
});
