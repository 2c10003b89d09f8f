import { mkdir, mkdtemp, open, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dataSetFacts, loadDataSet, type Split } from '../index.js';

const GREY = { height: 8, width: 8, channels: 1 };
let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-data-'));
  cache = await mkdtemp(join(tmpdir(), 'own-cache-'));
});
afterEach(() => Promise.all([folder, cache].map((each) => rm(each, { recursive: true }))));

const png = (shade: number, size = 16): Promise<Buffer> =>
  sharp({ create: { width: size, height: size, channels: 3, background: { r: shade, g: shade, b: shade } } })
    .png()
    .toBuffer();

async function fill(path: string, count: number, shade: number): Promise<void> {
  await mkdir(path, { recursive: true });
  for (let i = 0; i < count; i++) await writeFile(join(path, `${i}.png`), await png(shade, 12 + (i % 5)));
}

const pixelsOf = ({ images, count }: Split): Uint8Array => images.gather(Array.from({ length: count }, (_, i) => i));

describe('a folder of images by class', () => {
  it('is split by the names of its images, decoded and scaled to what the network takes', async () => {
    await fill(join(folder, 'dark'), 60, 20);
    await fill(join(folder, 'light'), 60, 230);
    const facts = await dataSetFacts(folder);
    expect(facts).toMatchObject({ image: null, classes: 2 });
    const data = await loadDataSet(folder, cache, null, GREY);
    const { training, validation, test } = data;
    expect(training.count + validation.count + test.count).toBe(120);
    expect(training.count).toBe(facts.trainingImages);
    expect(Math.min(validation.count, test.count)).toBeGreaterThan(2);
    for (const split of [training, validation, test]) {
      for (let i = 0; i < split.count; i++) {
        const shade = split.images.gather([i])[9];
        expect(Math.abs(shade - (split.labels[i] === 0 ? 20 : 230))).toBeLessThan(3);
      }
    }
    const again = await loadDataSet(folder, cache, null, GREY);
    expect(pixelsOf(again.training)).toEqual(pixelsOf(training));
    expect(again.training.labels).toEqual(training.labels);
  });

  it('has its classes mixed, so that the first images of a split are of all of them', async () => {
    await fill(join(folder, 'dark'), 60, 20);
    await fill(join(folder, 'light'), 60, 230);
    const { training } = await loadDataSet(folder, cache, null, GREY);
    const light = training.labels.subarray(0, 20).reduce((sum, label) => sum + label, 0);
    expect(light).toBeGreaterThan(4);
    expect(light).toBeLessThan(16);
  });

  it('keeps the splits that it has', async () => {
    for (const [part, count] of [
      ['train', 30],
      ['test', 7],
    ] as const) {
      for (const name of ['a', 'b']) await fill(join(folder, part, name), count, name === 'a' ? 10 : 90);
    }
    const data = await loadDataSet(folder, cache, null, GREY);
    expect(data.test.count).toBe(14);
    expect(data.training.count + data.validation.count).toBe(60);
  });

  it.each([
    ['train', 'val', 'test'],
    ['Training', 'VALID', 'Testing'],
    ['training_set', 'dev', 'test_set'],
  ])('has its splits under the names that people use: %s, %s, %s', async (...names) => {
    for (const [i, name] of names.entries()) {
      for (const label of ['a', 'b']) await fill(join(folder, name, label), 20 - 5 * i, 10);
    }
    const { splits } = await dataSetFacts(folder);
    expect(splits?.counts).toEqual({ training: [20, 20], validation: [15, 15], test: [10, 10] });
    expect(splits?.from).toEqual({
      training: join(folder, names[0]),
      validation: join(folder, names[1]),
      test: join(folder, names[2]),
    });
    const data = await loadDataSet(folder, cache, null, GREY);
    expect([data.training.count, data.validation.count, data.test.count]).toEqual([40, 30, 20]);
  });

  it('has a tenth of the training images cut for the split that is missing', async () => {
    for (const [part, count] of [
      ['train', 40],
      ['val', 8],
    ] as const) {
      for (const name of ['a', 'b']) await fill(join(folder, part, name), count, 10);
    }
    const { splits } = await dataSetFacts(folder);
    expect(splits?.counts).toEqual({ training: [36, 36], validation: [8, 8], test: [4, 4] });
    expect(splits?.from.test).toBe(`a tenth of ${join(folder, 'train')}`);
  });

  it('may have classes that are called as splits are', async () => {
    for (const name of ['bus', 'test', 'train']) await fill(join(folder, name), 14, 10);
    const { splits } = await dataSetFacts(folder);
    expect(splits?.classNames).toEqual(['bus', 'test', 'train']);
  });

  it('is refused where two folders are for one split, or images lie beside the splits', async () => {
    for (const part of ['train', 'val', 'valid']) await fill(join(folder, part, 'a'), 3, 10);
    await expect(dataSetFacts(folder)).rejects.toThrow('val and valid are both for validation; leave one');
    await rm(join(folder, 'valid'), { recursive: true });
    await fill(join(folder, 'cat'), 3, 10);
    await expect(dataSetFacts(folder)).rejects.toThrow('cat holds images beside them');
  });

  it('says a class that a split lacks, and refuses one that is not learned', async () => {
    for (const name of ['cat', 'dog']) await fill(join(folder, 'train', name), 12, 10);
    await fill(join(folder, 'test', 'cat'), 4, 10);
    expect((await dataSetFacts(folder)).splits?.remarks).toEqual(['test has no image of dog']);
    await fill(join(folder, 'test', 'eel'), 4, 10);
    await expect(dataSetFacts(folder)).rejects.toThrow('class eel of test is not among those to learn from');
  });

  it('has links followed, and says what it does not read', async () => {
    for (const name of ['cat', 'dog']) await fill(join(folder, name), 12, 10);
    const elsewhere = await mkdtemp(join(tmpdir(), 'own-elsewhere-'));
    await fill(elsewhere, 12, 10);
    await symlink(elsewhere, join(folder, 'eel'));
    await fill(join(folder, 'cat', 'more', 'of them'), 5, 10);
    // A folder that leads back to itself is read once.
    await symlink(join(folder, 'cat'), join(folder, 'cat', 'again'));
    await writeFile(join(folder, 'cat', '._0.png'), 'AppleDouble');
    await writeFile(join(folder, 'cat', 'notes.txt'), 'none');
    await symlink('/no/such/file.png', join(folder, 'cat', 'zzz.png'));
    await symlink('/no/such/folder', join(folder, 'fox'));
    const { splits } = await dataSetFacts(folder);
    expect(splits?.classNames).toEqual(['cat', 'dog', 'eel']);
    expect(
      splits?.counts.training.map((count, i) => count + (splits.counts.validation[i] + splits.counts.test[i])),
    ).toEqual([17, 12, 12]);
    expect(splits?.remarks).toEqual([
      `not read: 2 links that lead nowhere, such as ${join(folder, 'fox')}`,
      'not read: 1 hidden files',
      'not read: 1 files .txt',
    ]);
    expect((await loadDataSet(folder, cache, null, GREY)).classes).toBe(3);
    await rm(elsewhere, { recursive: true });
  });

  it('is refused with an empty class, or an image that cannot be decoded', async () => {
    await fill(join(folder, 'a'), 30, 10);
    await mkdir(join(folder, 'b'));
    await expect(dataSetFacts(folder)).rejects.toThrow(/b has no image .*each class needs some/);
    await fill(join(folder, 'b'), 30, 10);
    await writeFile(join(folder, 'b', '3.png'), 'no picture');
    await expect(loadDataSet(folder, cache, null, GREY)).rejects.toThrow(
      /3\.png cannot be decoded .*; repair or remove it/,
    );
  });

  it('is refused when there is none', async () => {
    await expect(dataSetFacts('/no/such/folder')).rejects.toThrow('is not a folder that can be read here');
    await expect(dataSetFacts(folder)).rejects.toThrow(
      'has neither .npy or .npz files, .tfrecord files, nor a folder of images',
    );
  });
});

/** As np.save writes it. */
function npy(dtype: string, shape: readonly number[], data: Uint8Array): Buffer {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const header = `${text.padEnd(117)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), data]);
}

describe('a NumPy pair', () => {
  const images = Uint8Array.from({ length: 50 * 64 }, (_, i) => i % 251);
  const labels = (of: (i: number) => number): Buffer =>
    npy('<i8', [50], new Uint8Array(BigInt64Array.from({ length: 50 }, (_, i) => BigInt(of(i))).buffer));

  it('is read, a tenth of each class set aside for validation, and one for test', async () => {
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images));
    await writeFile(
      join(folder, 'labels.npy'),
      labels((i) => i % 3),
    );
    expect(await dataSetFacts(folder)).toMatchObject({ image: GREY, classes: 3, trainingImages: 40 });
    const { training, validation, test } = await loadDataSet(folder, cache, null);
    expect([training.count, test.count, validation.count]).toEqual([40, 5, 5]);
    expect([...validation.labels].sort()).toEqual([0, 0, 1, 1, 2]);
    const pairs = [training, validation, test].flatMap(({ images, labels, count }) =>
      Array.from({ length: count }, (_, i) => `${images.gather([i])[0]} ${labels[i]}`),
    );
    expect(pairs.sort()).toEqual(Array.from({ length: 50 }, (_, i) => `${images[i * 64]} ${i % 3}`).sort());
  });

  it('in the order of its classes has all of them in each split', async () => {
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images));
    await writeFile(
      join(folder, 'labels.npy'),
      labels((i) => Math.floor(i / 10)),
    );
    const { validation, test } = await loadDataSet(folder, cache, null);
    for (const { labels: own } of [validation, test]) expect([...own].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ['images', 'labels', 'val-images', 'val-labels', 'test-images', 'test-labels'],
    ['x_train', 'y_train', 'x_val', 'y_val', 'x_test', 'y_test'],
    ['trainImages', 'trainLabels', 'devImages', 'devLabels', 'TestX', 'TestY'],
  ])('has its splits under the names that people use: %s, %s, …, as files and in one', async (...names) => {
    const arrays = names.map((_, i) => (i % 2 === 0 ? npy('|u1', [50, 8, 8], images) : labels((at) => (at + i) % 3)));
    const zipped = await mkdtemp(join(tmpdir(), 'own-zipped-'));
    await writeFile(
      join(zipped, 'all.npz'),
      zipSync(Object.fromEntries(names.map((name, i) => [`${name}.npy`, arrays[i]]))),
    );
    for (const [i, name] of names.entries()) await writeFile(join(folder, `${name}.npy`), arrays[i]);
    for (const path of [folder, zipped]) {
      const { splits } = await dataSetFacts(path);
      expect(splits?.counts).toEqual({ training: [16, 17, 17], validation: [17, 17, 16], test: [17, 16, 17] });
      const data = await loadDataSet(path, cache, null);
      expect([data.training.count, data.validation.count, data.test.count]).toEqual([50, 50, 50]);
      expect(data.test.images.gather([0])).toHaveLength(64);
    }
    await rm(zipped, { recursive: true });
  });

  it('may have one-hot labels', async () => {
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images));
    const rows = Float32Array.from({ length: 150 }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0));
    await writeFile(join(folder, 'labels.npy'), npy('<f4', [50, 3], new Uint8Array(rows.buffer)));
    expect((await dataSetFacts(folder)).splits?.counts.training).toEqual([13, 13, 14]);
    rows[4] = 0.5;
    await writeFile(join(folder, 'labels.npy'), npy('<f4', [50, 3], new Uint8Array(rows.buffer)));
    await expect(dataSetFacts(folder)).rejects.toThrow(/label 1 of .*labels.npy is \[0, 0.5, 0\]/);
  });

  it('may be larger than memory: only what is asked for is read', async () => {
    const [count, side] = [50_000, 256];
    const file = join(folder, 'images.npy');
    await writeFile(file, npy('|u1', [count, side, side], new Uint8Array()));
    const { size: start } = await stat(file);
    // A hole of 3.3 GB, with one bright pixel in each image.
    await truncate(file, start + count * side * side);
    const handle = await open(file, 'r+');
    for (let i = 0; i < count; i++) await handle.write(Buffer.of(255), 0, 1, start + i * side * side + 7);
    await handle.close();
    await writeFile(
      join(folder, 'labels.npy'),
      npy(
        '|u1',
        [count],
        Uint8Array.from({ length: count }, (_, i) => i % 2),
      ),
    );
    const before = process.memoryUsage().rss;
    const { validation } = await loadDataSet(folder, cache, null);
    expect(validation.count).toBe(5000);
    for (let i = 0; i < 5000; i += 50) {
      const image = validation.images.gather([i]);
      expect([image.length, image[6], image[7]]).toEqual([side * side, 0, 255]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
  });

  it('is not read on when it has become shorter', async () => {
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images));
    await writeFile(
      join(folder, 'labels.npy'),
      labels((i) => i % 3),
    );
    const { training } = await loadDataSet(folder, cache, null);
    await truncate(join(folder, 'images.npy'), 200);
    expect(() => training.images.gather([0, 1, 2, 3])).toThrow('has become shorter since it was opened');
  });

  it('is refused when a label is out of range, the two do not fit, or a file is cut off or of floats', async () => {
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images));
    await writeFile(
      join(folder, 'labels.npy'),
      labels((i) => (i === 7 ? -1 : 0)),
    );
    await expect(loadDataSet(folder, cache, null)).rejects.toThrow(
      /label 7 of .*labels.npy is -1; labels are whole numbers from 0 to 255/,
    );
    await writeFile(join(folder, 'labels.npy'), npy('|u1', [4], new Uint8Array(4)));
    await expect(loadDataSet(folder, cache, null)).rejects.toThrow(
      /images.npy has 50 images, .*labels.npy has 4 labels; each image needs one/,
    );
    await writeFile(join(folder, 'images.npy'), npy('|u1', [50, 8, 8], images.subarray(1)));
    await expect(loadDataSet(folder, cache, null)).rejects.toThrow('it is cut off');
    await writeFile(join(folder, 'images.npy'), npy('<f4', [50, 8, 8], new Uint8Array(4 * images.length)));
    await expect(loadDataSet(folder, cache, null)).rejects.toThrow('images are bytes (uint8)');
  });
});

/** A tf.train.Example of an image and a label, framed as a TFRecord. */
function record(image: Buffer, label: number, oneHotOf?: number): Buffer {
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
  const entry = (key: string, feature: Buffer): Buffer =>
    field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, feature)]));
  const features = Buffer.concat([
    entry('image/encoded', field(1, field(1, image))),
    entry(
      'image/class/label',
      field(
        3,
        field(
          1,
          oneHotOf === undefined
            ? varint(label)
            : Buffer.from(Array.from({ length: oneHotOf }, (_, i) => Number(i === label))),
        ),
      ),
    ),
  ]);
  const example = field(1, features);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(example.length));
  return Buffer.concat([length, masked(length), example, masked(example)]);
}
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left & 127) | 128);
  }
}
function masked(bytes: Buffer): Buffer {
  const crc = crc32c(bytes);
  const out = Buffer.alloc(4);
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return out;
}

describe('TFRecords', () => {
  it('are read', async () => {
    const records = await Promise.all(Array.from({ length: 60 }, async (_, i) => record(await png(i * 4), i % 2)));
    await writeFile(join(folder, 'train.tfrecord'), Buffer.concat(records));
    const data = await loadDataSet(folder, cache, null, GREY);
    expect(data.classes).toBe(2);
    expect(data.training.count + data.validation.count + data.test.count).toBe(60);
    const shades = Array.from({ length: data.training.count }, (_, i) => data.training.images.gather([i])[0] / 4);
    shades.forEach((shade, i) => expect(Math.round(shade) % 2).toBe(data.training.labels[i]));
    const again = await loadDataSet(folder, cache, null, GREY);
    expect(pixelsOf(again.training)).toEqual(pixelsOf(data.training));
  });

  it.each([
    ['train.tfrecord', 'val.tfrecord', 'test.tfrecord'],
    ['mnist-train.tfrecord', 'mnist-validation.tfrecord', 'mnist-test.tfrecord'],
    ['x-train.tfrecord-00000-of-00001', 'x-valid.tfrecord-00000-of-00001', 'x-test.tfrecord-00000-of-00001'],
  ])('have their splits under the names that people use: %s, %s, %s', async (...names) => {
    for (const [i, name] of names.entries()) {
      const records = Array.from({ length: 6 - 2 * i }, async (_, at) => record(await png(at), at % 2));
      await writeFile(join(folder, name), Buffer.concat(await Promise.all(records)));
    }
    const { splits } = await dataSetFacts(folder);
    expect(splits?.counts).toEqual({ training: [3, 3], validation: [2, 2], test: [1, 1] });
    expect(splits?.from).toEqual({ training: names[0], validation: names[1], test: names[2] });
  });

  it('are unpacked where TensorFlow has packed them, and refused by name where that is cut off', async () => {
    const records = await Promise.all(Array.from({ length: 40 }, async (_, i) => record(await png(i * 4), i % 2)));
    for (const pack of [gzipSync, deflateSync]) {
      const packed = pack(Buffer.concat(records));
      await writeFile(join(folder, 'train.tfrecord'), packed);
      const data = await loadDataSet(folder, cache, null, GREY);
      expect(data.training.count + data.validation.count + data.test.count).toBe(40);
      await writeFile(join(folder, 'train.tfrecord'), packed.subarray(0, -20));
      await expect(dataSetFacts(folder)).rejects.toThrow(/train.tfrecord cannot be unpacked as (GZIP|ZLIB)/);
    }
  });

  it('have one-hot labels read as their class', async () => {
    const records = await Promise.all(Array.from({ length: 40 }, async (_, i) => record(await png(i), i % 4, 4)));
    await writeFile(join(folder, 'train.tfrecord'), Buffer.concat(records));
    expect((await dataSetFacts(folder)).splits?.counts).toEqual({
      training: [8, 8, 8, 8],
      validation: [1, 1, 1, 1],
      test: [1, 1, 1, 1],
    });
  });

  it('are refused when cut off or damaged', async () => {
    const whole = record(await png(1), 0);
    await writeFile(join(folder, 'train.tfrecord'), whole.subarray(0, -1));
    await expect(loadDataSet(folder, cache, null, GREY)).rejects.toThrow('is cut off at byte 0');
    const damaged = Buffer.from(whole);
    damaged[40] ^= 1;
    await writeFile(join(folder, 'train.tfrecord'), damaged);
    await expect(loadDataSet(folder, cache, null, GREY)).rejects.toThrow("the record's checksum is wrong");
  });
});
