import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const PUBLISHED = ['energy-model', 'contracts', 'random', 'pareto', 'search'];
let elsewhere: string;

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Record<string, string>;
}

/**
 * As npm would install it from a registry: what is packed, and the dependencies that it names,
 * nothing else of this repository.
 */
async function install(library: string): Promise<void> {
  const folder = join(root, 'libs', library);
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', elsewhere], {
    cwd: folder,
  });
  const [{ filename }] = JSON.parse(packed.stdout) as { filename: string }[];
  const target = join(elsewhere, 'node_modules/@espalier', library);
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', join(elsewhere, filename), '--strip-components=1', '-C', target]);
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
  expect([manifest.name, manifest.private]).toEqual([`@espalier/${library}`, undefined]);
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (dependency.startsWith('@espalier/')) {
      expect(PUBLISHED.map((each) => `@espalier/${each}`)).toContain(dependency);
      continue;
    }
    const link = join(elsewhere, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(root, 'node_modules', dependency), link);
  }
}

beforeAll(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), 'espalier-packages-'));
  writeFileSync(join(elsewhere, 'package.json'), '{ "type": "module" }');
  for (const library of PUBLISHED) await install(library);
}, 60_000);
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

describe('what is published', () => {
  it('searches a function from a program that has nothing else of Espalier', async () => {
    writeFileSync(
      join(elsewhere, 'search.js'),
      `import { Search } from '@espalier/search';
       const search = new Search({ space: { x: { low: 0, high: 1, density: true } }, seed: 1 }, ({ x }) => x);
       for (let i = 0; i < 12; i++) {
         const { number, parameters } = search.ask();
         search.tell(number, [(1 - parameters.x) ** 2, parameters.x]);
       }
       console.log(search.hypervolume);`,
    );
    const { stdout } = await run(process.execPath, ['search.js'], { cwd: elsewhere });
    // Between the curve y = (1 − x)² and (1, 1) there are two thirds.
    expect(Number(stdout)).toBeGreaterThan(0.55);
  });

  it('has the energy model with its chips', async () => {
    writeFileSync(
      join(elsewhere, 'price.js'),
      `import { ACCELERATORS } from '@espalier/energy-model';
       console.log(ACCELERATORS.length);`,
    );
    const { stdout } = await run(process.execPath, ['price.js'], { cwd: elsewhere });
    expect(Number(stdout)).toBeGreaterThan(5);
  });
});
