import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import protobuf from 'protobufjs';
import { DataSetError, type DataSet, type DataSetFacts, type Split } from './data-set.js';
import { decodedSplit, type EncodedImage } from './decoded-split.js';
import { checkParts, partOf, type Part } from './split-images.js';

/** The part of TensorFlow's example.proto that images and labels need. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message BytesList { repeated bytes value = 1; }
  message FloatList { repeated float value = 1 [packed = true]; }
  message Int64List { repeated int64 value = 1 [packed = true]; }
  message Feature { oneof kind { BytesList bytesList = 1; FloatList floatList = 2; Int64List int64List = 3; } }
  message Features { map<string, Feature> feature = 1; }
  message Example { Features features = 1; }`);
const Example = root.lookupType('Example');

interface Feature {
  readonly bytesList?: { readonly value: readonly Uint8Array[] };
  readonly int64List?: { readonly value: readonly (number | protobuf.Long)[] };
}

/** As TensorFlow's own converters name them. */
const IMAGE_KEYS = ['image/encoded', 'image', 'image_raw'];
const LABEL_KEYS = ['image/class/label', 'label'];
const MAX_CLASSES = 256;

/** Of `train*.tfrecord`, and `test*.tfrecord` if there are, with encoded images and labels. */
export async function tfrecordFacts(path: string): Promise<DataSetFacts> {
  const { examples } = await readAll(path);
  return {
    image: null,
    classes: classesOf(examples),
    trainingImages: examples.filter(({ part }) => part === 'training').length,
  };
}

/**
 * Images (PNG or JPEG) and labels of TFRecords, scaled to the size that the network takes.
 *
 * @throws DataSetError when a record is cut off or damaged, or has no image or label
 */
export async function loadTfrecords(path: string, cache: string, image: DataSet['image']): Promise<DataSet> {
  const { examples, origin } = await readAll(path);
  const classes = classesOf(examples);
  const split = (part: Part): Promise<Split> =>
    decodedSplit(
      examples.filter((example) => example.part === part),
      [...origin, part],
      cache,
      image,
    );
  const data = {
    name: basename(path),
    image,
    classes,
    training: await split('training'),
    validation: await split('validation'),
    test: await split('test'),
  };
  return checkParts(
    data,
    Array.from({ length: classes }, (_, label) => String(label)),
  );
}

/** Of an example only its place is kept: its image is read again when it is decoded. */
interface LabelledExample extends EncodedImage {
  readonly part: Part;
}

function classesOf(examples: readonly LabelledExample[]): number {
  return examples.reduce((most, { label }) => Math.max(most, label), 0) + 1;
}

async function readAll(path: string): Promise<{ examples: LabelledExample[]; origin: unknown[] }> {
  const files = (await readdir(path)).filter((name) => name.endsWith('.tfrecord')).sort();
  const hasTest = files.some((name) => name.startsWith('test'));
  const examples: LabelledExample[] = [];
  const origin: unknown[] = [];
  for (const name of files) {
    const file = join(path, name);
    const { size, mtimeMs } = await stat(file);
    origin.push([file, size, mtimeMs]);
    let number = 0;
    for await (const { record, at } of records(file, size)) {
      const called = `the image of ${file}, record ${number++}`;
      const { label } = readExample(record, called);
      const part = name.startsWith('test') ? 'test' : partOf(`${name}/${number}`, hasTest);
      const read = async (): Promise<Uint8Array> => readExample(await bytesAt(file, at, record.length), called).encoded;
      examples.push({ name: called, label, part, read });
    }
  }
  return { examples, origin };
}

function readExample(record: Uint8Array, name: string): { encoded: Uint8Array; label: number } {
  let features: Record<string, Feature>;
  try {
    const decoded = Example.decode(record) as unknown as { features?: { feature?: Record<string, Feature> } };
    features = decoded.features?.feature ?? {};
  } catch (error) {
    throw new DataSetError(`${name} is not a tf.train.Example (${(error as Error).message})`, { cause: error });
  }
  const find = (keys: readonly string[]): Feature | undefined => features[keys.find((key) => features[key]) ?? ''];
  const encoded = find(IMAGE_KEYS)?.bytesList?.value[0];
  const label = find(LABEL_KEYS)?.int64List?.value[0];
  if (!encoded) throw new DataSetError(`${name} has no image under ${IMAGE_KEYS.join(', ')}`);
  if (label === undefined) throw new DataSetError(`${name} has no label under ${LABEL_KEYS.join(', ')}`);
  const value = Number(label);
  if (value < 0 || value >= MAX_CLASSES)
    throw new DataSetError(`${name} has label ${value}; labels are from 0 to ${MAX_CLASSES - 1}`);
  return { encoded, label: value };
}

/** A record: its length (uint64) and that one's checksum, its bytes and their checksum. */
async function* records(file: string, size: number): AsyncGenerator<{ record: Uint8Array; at: number }> {
  const handle = await open(file);
  const read = async (from: number, length: number): Promise<Buffer> =>
    (await handle.read(Buffer.alloc(length), 0, length, from)).buffer;
  try {
    for (let at = 0; at < size;) {
      if (at + 12 > size) throw new DataSetError(`${file} is cut off at byte ${at}`);
      const head = await read(at, 12);
      if (masked(head.subarray(0, 8)) !== head.readUInt32LE(8)) {
        throw new DataSetError(`${file} is damaged at byte ${at}: the length's checksum is wrong`);
      }
      const length = Number(head.readBigUInt64LE());
      const start = at + 12;
      if (start + length + 4 > size) throw new DataSetError(`${file} is cut off at byte ${at}`);
      const rest = await read(start, length + 4);
      const record = rest.subarray(0, length);
      if (masked(record) !== rest.readUInt32LE(length)) {
        throw new DataSetError(`${file} is damaged at byte ${start}: the record's checksum is wrong`);
      }
      yield { record, at: start };
      at = start + length + 4;
    }
  } finally {
    await handle.close();
  }
}

async function bytesAt(file: string, from: number, length: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(length), 0, length, from)).buffer;
  } finally {
    await handle.close();
  }
}

/** The checksum that TFRecords have: a CRC-32C, rotated and shifted. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(Buffer.from(bytes));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
