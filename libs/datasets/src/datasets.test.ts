import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cachedCopy, dataSetFacts, loadDataSet, parseIdx } from './index.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'data-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('MNIST', () => {
  it('has 55,000 training, 5,000 validation and 10,000 test images, the validation ones from the end', async () => {
    const data = await loadDataSet('mnist', folder, null);
    expect([data.training.count, data.validation.count, data.test.count]).toEqual([55_000, 5_000, 10_000]);
    expect([...data.training.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect(data.validation.labels.at(-1)).toBe(8);
    expect([...data.test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it('is cut in proportion for a subset', async () => {
    const data = await loadDataSet('mnist', folder, 5_500);
    expect([data.training.count, data.validation.count, data.test.count]).toEqual([5_500, 500, 1_000]);
    await expect(loadDataSet('mnist', folder, 60_000)).rejects.toThrow(
      'mnist has 55000 training images, 60000 were asked for',
    );
  });

  it('is made again from its source when the cached copy is damaged', async () => {
    const path = join(folder, 'mnist', 't10k-labels-idx1-ubyte');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, 100));
    expect((await loadDataSet('mnist', folder, null)).test.count).toBe(10_000);
    expect(await readFile(path)).toEqual(whole);
  });
});

describe('a data set that cannot be had', () => {
  it('is refused by name', async () => {
    await expect(dataSetFacts('mnits')).rejects.toThrow("there is no data set 'mnits'; there are: mnist");
    await expect(dataSetFacts('constructor')).rejects.toThrow("there is no data set 'constructor'");
  });

  it('is refused when the source itself is damaged', async () => {
    const from = join(folder, 'source');
    await writeFile(from, 'damaged');
    const sha256 = createHash('sha256').update('whole').digest('hex');
    await expect(cachedCopy({ from, to: join(folder, 'copy'), sha256 })).rejects.toThrow('is missing or damaged');
  });
});

describe('an IDX file', () => {
  const file = Buffer.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);

  it('is read with its sizes', () => {
    const { sizes, data } = parseIdx(file, 'x');
    expect(sizes).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is refused when cut off anywhere, too long, or of another type', () => {
    for (let length = 0; length < file.length; length++)
      expect(() => parseIdx(file.subarray(0, length), 'x')).toThrow();
    expect(() => parseIdx(Buffer.concat([file, Buffer.of(7)]), 'x')).toThrow(
      'should have 6 bytes after its header and has 7',
    );
    expect(() => parseIdx(Buffer.from('not one'), 'x')).toThrow('is not an IDX file of bytes');
  });
});
