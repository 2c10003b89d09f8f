import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  exportKerasArchive,
  exportOnnx,
  importModel,
  NetworkError,
  pricedLayers,
  type ImportedModel,
} from '@espalier/networks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runOracle } from '../setup/oracles.mjs';
import { difference, outcomeOf, recorded, type ConformanceCase } from './conformance.js';

let folder: string;
let cases: readonly ConformanceCase[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-onnx-conformance-'));
  runOracle('onnx_conformance.py', [folder]);
  cases = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as ConformanceCase[];
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an operator of ONNX, with each value of each of its attributes', () => {
  it('gives what ONNX Runtime gives, or is refused by its node', async () => {
    const wrong: string[] = [];
    for (const { name, refused, tolerance } of cases) {
      const images = readFileSync(join(folder, `${name}.images`));
      const outcome = await outcomeOf(join(folder, `${name}.onnx`), images, recorded(join(folder, `${name}.answers`)));
      const isRight = typeof outcome === 'number' ? !refused && outcome < tolerance : refused;
      if (!isRight) wrong.push(`${name}: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(150);
  }, 300_000);

  it('gives it too when it is exported to ONNX and Keras, and costs the same', async () => {
    const exported = join(folder, 'exported');
    mkdirSync(exported);
    const wrong: string[] = [];
    const known = cases.filter(({ refused }) => !refused);
    const files: { file: string; name: string; tolerance: number }[] = [];
    for (const { name, tolerance } of known) {
      const model = await importModel(join(folder, `${name}.onnx`));
      const { network, weights } = model;
      writeFileSync(join(exported, `${name}.onnx`), exportOnnx(network, weights));
      const inKeras = await kerasOf(model);
      if (inKeras) writeFileSync(join(exported, `${name}.keras`), inKeras);
      const priced = shapesOf(pricedLayers(network));
      const endings = inKeras ? ['onnx', 'keras'] : ['onnx'];
      files.push(...endings.map((ending) => ({ file: `${name}.${ending}`, name, tolerance })));
      for (const ending of endings) {
        const again = await importModel(join(exported, `${name}.${ending}`), 'price');
        if (shapesOf(pricedLayers(again.network)) !== priced) wrong.push(`${name}.${ending} costs otherwise`);
      }
    }
    runOracle('conformance_answers.py', [folder]);
    for (const { file, name, tolerance } of files) {
      const found = difference(recorded(join(exported, `${file}.answers`)), recorded(join(folder, `${name}.answers`)));
      if (!(found < tolerance)) wrong.push(`${file}: ${found}`);
    }
    // Of paddings and a dilation: all others are in Keras too.
    expect(2 * known.length - files.length).toBeLessThan(20);
    expect(wrong).toEqual([]);
  }, 300_000);
});

/**
 * Keras has no pooling of an image with explicit padding, and no stride with a dilation: the
 * exporter refuses them.
 */
async function kerasOf({ network, weights }: ImportedModel): Promise<Uint8Array | undefined> {
  try {
    return await exportKerasArchive(network, weights);
  } catch (error) {
    if (error instanceof NetworkError && /Keras has no (maximum|average|such convolution)/.test(error.message))
      return undefined;
    throw error;
  }
}

/** What is priced, without the names of layers. */
function shapesOf({ layers, sources }: ReturnType<typeof pricedLayers>): string {
  return JSON.stringify([layers.map((layer) => ({ ...layer, name: '' })), sources]);
}
