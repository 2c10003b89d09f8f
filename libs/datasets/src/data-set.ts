import { RandomStream } from '@espalier/random';
import { DataSetError } from './data-set-error.js';
import { ChosenImages, type Images } from './images/images.js';

export { DataSetError } from './data-set-error.js';

/** Images and their classes. Pixels stay bytes until TensorFlow casts a batch of them. */
export interface Split {
  readonly images: Images;
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface DataSet {
  readonly name: string;
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  readonly classes: number;
  readonly training: Split;
  /** From the end of the training images: the only split that a search sees. */
  readonly validation: Split;
  /** Used for the dense network and for the final front, and never by a search. */
  readonly test: Split;
}

/** Facts about a data set that need no image to be read. */
export interface DataSetFacts {
  /** Null when images of any size are made to fit. */
  readonly image: DataSet['image'] | null;
  readonly classes: number;
  readonly trainingImages: number;
  /** The splits of a user's own folder, and their sources. */
  readonly splits?: SplitFacts;
}

export interface SplitFacts {
  readonly classNames: readonly string[];
  /** Images of each class. */
  readonly counts: Readonly<Record<'training' | 'validation' | 'test', readonly number[]>>;
  readonly from: Readonly<Record<'training' | 'validation' | 'test', string>>;
  /** Files that were not read, and classes that a split lacks. */
  readonly remarks: readonly string[];
}

/** Takes the first `trainingImages`, and of the other splits the first in proportion. */
export function subset(data: DataSet, trainingImages: number): DataSet {
  if (trainingImages > data.training.count) {
    throw new DataSetError(`${data.name} has ${data.training.count} training images, ${trainingImages} were asked for`);
  }
  const share = trainingImages / data.training.count;
  const first = (split: Split): Split => head(split, Math.ceil(split.count * share));
  return { ...data, training: first(data.training), validation: first(data.validation), test: first(data.test) };
}

/**
 * Shuffles each split by a fixed seed: own data often lie class by class, and subsets take the
 * first images.
 */
export function shuffled(data: DataSet): DataSet {
  const mixed = (split: Split, stream: number): Split =>
    choose(split, new RandomStream(0, stream).permutation(split.count));
  return {
    ...data,
    training: mixed(data.training, 0),
    validation: mixed(data.validation, 1),
    test: mixed(data.test, 2),
  };
}

export function head(split: Split, count: number): Split {
  return choose(
    split,
    Uint32Array.from({ length: count }, (_, at) => at),
  );
}

export function tail(split: Split, count: number): Split {
  return choose(
    split,
    Uint32Array.from({ length: count }, (_, at) => split.count - count + at),
  );
}

/** The images of those numbers, in that order. */
export function choose({ images, labels }: Split, numbers: Uint32Array): Split {
  return {
    images: new ChosenImages(images, numbers),
    labels: Uint8Array.from(numbers, (number) => labels[number]),
    count: numbers.length,
  };
}
