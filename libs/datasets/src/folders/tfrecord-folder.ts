import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import protobuf from 'protobufjs';
import { assignSplits, checkSplits, countsOf, type Part } from '../splits/assign-splits.js';
import { DataSetError, type DataSet, type DataSetFacts, type Split } from '../data-set.js';
import { decodedSplit, type EncodedImage } from '../images/decoded-split.js';
import { classOf } from '../splits/labels.js';
import { numberedClasses, sourcesOf, splitFacts } from '../splits/split-facts.js';
import { readSplitName, SPLIT_NAMES } from '../splits/split-names.js';
import { openTfrecords } from './tfrecords.js';

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
  readonly floatList?: { readonly value: readonly number[] };
}

/** Names that TensorFlow's converters use. */
const IMAGE_KEYS = ['image/encoded', 'image', 'image_raw'];
const LABEL_KEYS = ['image/class/label', 'label'];

/** Whether a file of this name holds TFRecords: `.tfrecord`, also as a shard, or packed by gzip. */
export const isTfrecordFile = (name: string): boolean =>
  !name.startsWith('.') && /(\.tfrecords?|\.tfrec)(-\d+-of-\d+)?(\.gz)?$|-\d{5}-of-\d{5}(\.gz)?$/i.test(name);

/** Facts about TFRecords of encoded images and labels; file names give the splits. */
export async function tfrecordFacts(path: string): Promise<DataSetFacts> {
  const { examples, parts, from } = await readAll(path);
  const labels = examples.map(({ label }) => label);
  const classNames = numberedClasses(classesOf(examples));
  return { image: null, ...splitFacts({ path, classNames, labels, parts, from, remarks: [] }) };
}

/**
 * Images (PNG or JPEG) and labels of TFRecords, scaled to the size that the network takes.
 *
 * @throws DataSetError when a record is cut off or damaged, or has no image or label
 */
export async function loadTfrecords(path: string, cache: string, image: DataSet['image']): Promise<DataSet> {
  const { examples, parts, origin } = await readAll(path);
  const classes = classesOf(examples);
  const split = (part: Part): Promise<Split> =>
    decodedSplit(
      examples.filter((_, i) => parts[i] === part),
      [...origin, part, 'stratified'],
      cache,
      image,
    );
  const data = {
    ...{ name: basename(path), image, classes },
    ...{ training: await split('training'), validation: await split('validation'), test: await split('test') },
  };
  checkSplits(path, numberedClasses(classes), countsOf(data));
  return data;
}

function classesOf(examples: readonly EncodedImage[]): number {
  return examples.reduce((most, { label }) => Math.max(most, label), 0) + 1;
}

interface Examples {
  /** Of an example only its place is kept: its image is read again when it is decoded. */
  readonly examples: readonly EncodedImage[];
  readonly parts: readonly Part[];
  readonly origin: readonly unknown[];
  readonly from: Readonly<Record<Part, string>>;
}

async function readAll(path: string): Promise<Examples> {
  const examples: (EncodedImage & { readonly part: Part | undefined })[] = [];
  const origin: unknown[] = [];
  const files = (await readdir(path)).filter(isTfrecordFile).sort();
  const named = files.map((name) => ({ name, part: partOfFile(name, path) }));
  const learned = new Set(named.map(({ part }) => part).filter((part) => part === undefined || part === 'training'));
  if (learned.size === 0)
    throw new DataSetError(`${path} has no records to learn from; known names of splits: ${SPLIT_NAMES}`);
  if (learned.size === 2) {
    const other = named.find(({ part }) => part === undefined)?.name;
    throw new DataSetError(`${path}: ${other} names no split, and others do; known names of splits: ${SPLIT_NAMES}`);
  }
  for (const { name, part } of named) {
    const file = join(path, name);
    const { size, mtimeMs } = await stat(file);
    origin.push([file, size, mtimeMs]);
    let number = 0;
    for await (const { record, read } of openTfrecords(file)) {
      const called = `the image of ${file}, record ${number++}`;
      const { label } = readExample(record, called);
      examples.push({ name: called, label, part, read: async () => readExample(await read(), called).encoded });
    }
  }
  const filesOf = (part: Part): string =>
    named
      .filter((each) => each.part === part || (part === 'training' && each.part === undefined))
      .map(({ name }) => name)
      .join(', ');
  const from = sourcesOf(filesOf('training'), filesOf);
  return { examples, parts: assignSplits(examples), origin, from };
}

function partOfFile(name: string, path: string): Part | undefined {
  const { parts } = readSplitName(name.replace(/\.(tfrecords?|tfrec)|\.gz$/gi, ' '));
  if (parts.length > 1) {
    throw new DataSetError(`${join(path, name)} names two splits, ${parts.join(' and ')}; known names: ${SPLIT_NAMES}`);
  }
  return parts[0];
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
  const labels = find(LABEL_KEYS);
  const label = labels?.int64List?.value ?? labels?.floatList?.value;
  if (!encoded) throw new DataSetError(`${name} has no image under ${IMAGE_KEYS.join(', ')}`);
  if (!label?.length) throw new DataSetError(`${name} has no label under ${LABEL_KEYS.join(', ')}`);
  return { encoded, label: classOf(label.map(Number), `the label of ${name.replace(/^the image of /, '')}`) };
}
