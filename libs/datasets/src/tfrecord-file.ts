import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32c } from '@node-rs/crc32';
import protobuf from 'protobufjs';
import { DataSetError, type DataSet, type DataSetFacts } from './data-set.js';
import { decodeImage } from './decode-image.js';
import { checkParts, partOf, splitOf, type Part } from './split-images.js';

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
  const examples = await readAll(path);
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
export async function loadTfrecords(path: string, _cache: string, image: DataSet['image']): Promise<DataSet> {
  const examples = await readAll(path);
  const classes = classesOf(examples);
  const images: Uint8Array[] = [];
  for (const { encoded, name } of examples) images.push(await decodeImage(encoded, image, `the image of ${name}`));
  const split = (part: Part) => {
    const own = examples
      .map((example, i) => ({ example, image: images[i] }))
      .filter((each) => each.example.part === part);
    return splitOf({ images: own.map((each) => each.image), labels: own.map((each) => each.example.label) });
  };
  const data = {
    name: basename(path),
    image,
    classes,
    training: split('training'),
    validation: split('validation'),
    test: split('test'),
  };
  return checkParts(
    data,
    Array.from({ length: classes }, (_, label) => String(label)),
  );
}

interface LabelledExample {
  readonly name: string;
  readonly encoded: Uint8Array;
  readonly label: number;
  readonly part: Part;
}

function classesOf(examples: readonly LabelledExample[]): number {
  return examples.reduce((most, { label }) => Math.max(most, label), 0) + 1;
}

async function readAll(path: string): Promise<LabelledExample[]> {
  const files = (await readdir(path)).filter((name) => name.endsWith('.tfrecord')).sort();
  const hasTest = files.some((name) => name.startsWith('test'));
  const examples: LabelledExample[] = [];
  for (const file of files) {
    let number = 0;
    for (const record of records(await readFile(join(path, file)), join(path, file))) {
      const name = `${join(path, file)}, record ${number++}`;
      const part = file.startsWith('test') ? 'test' : partOf(`${file}/${number}`, hasTest);
      examples.push({ name, part, ...readExample(record, name) });
    }
  }
  return examples;
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
function* records(bytes: Buffer, file: string): Generator<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    if (at + 12 > bytes.length) throw new DataSetError(`${file} is cut off at byte ${at}`);
    const length = Number(bytes.readBigUInt64LE(at));
    if (masked(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8)) {
      throw new DataSetError(`${file} is damaged at byte ${at}: the length's checksum is wrong`);
    }
    const start = at + 12;
    if (start + length + 4 > bytes.length) throw new DataSetError(`${file} is cut off at byte ${at}`);
    const record = bytes.subarray(start, start + length);
    if (masked(record) !== bytes.readUInt32LE(start + length)) {
      throw new DataSetError(`${file} is damaged at byte ${start}: the record's checksum is wrong`);
    }
    yield record;
    at = start + length + 4;
  }
}

/** The checksum that TFRecords have: a CRC-32C, rotated and shifted. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(Buffer.from(bytes));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
