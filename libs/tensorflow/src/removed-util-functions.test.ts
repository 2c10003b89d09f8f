import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import './removed-util-functions.js';

const require = createRequire(import.meta.url);
const util = require('node:util') as Record<string, unknown>;

it('supplies each function of util that the native backend of TensorFlow.js calls', () => {
  const folder = dirname(require.resolve('@tensorflow/tfjs-node-gpu'));
  const called = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js') && !path.endsWith('_test.js'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .filter((source) => source.includes('util_1 = require("util")'))
    .flatMap((source) => [...source.matchAll(/\(0, util_1\.(\w+)\)\(/g)].map(([, name = '']) => name));
  expect(called).toEqual(expect.arrayContaining(['isArray', 'isNullOrUndefined']));
  expect(called.filter((name) => typeof util[name] !== 'function')).toEqual([]);
});

it('answers as the removed functions did', () => {
  const { isArray, isNullOrUndefined } = util as Record<string, (value: unknown) => boolean>;
  const values = [null, undefined, 0, '', false, [], {}, new Float32Array(1)];
  expect(values.filter((value) => isNullOrUndefined?.(value))).toEqual([null, undefined]);
  expect(values.filter((value) => isArray?.(value))).toEqual([[]]);
});
