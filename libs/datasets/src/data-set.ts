import { RandomStream } from '@espalier/random';

/** Images as bytes and their classes. Pixels stay bytes until TensorFlow casts a batch of them. */
export interface Split {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface DataSet {
  readonly name: string;
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  readonly classes: number;
  readonly training: Split;
  /** Taken from the end of the training images: all that a search may see. */
  readonly validation: Split;
  /** Used for the dense network and for the final front, and never by a search. */
  readonly test: Split;
}

/** What is known of a data set without reading its images. */
export interface DataSetFacts {
  /** Null when images of any size are made to fit. */
  readonly image: DataSet['image'] | null;
  readonly classes: number;
  readonly trainingImages: number;
}

/** A data set that is unknown, missing or not what it should be. */
export class DataSetError extends Error {
  override name = 'DataSetError';
}

/** The first `trainingImages`, and of the other splits the first in the same proportion. */
export function subset(data: DataSet, trainingImages: number): DataSet {
  if (trainingImages > data.training.count) {
    throw new DataSetError(`${data.name} has ${data.training.count} training images, ${trainingImages} were asked for`);
  }
  const share = trainingImages / data.training.count;
  const first = (split: Split): Split => head(split, Math.ceil(split.count * share), data.image);
  return { ...data, training: first(data.training), validation: first(data.validation), test: first(data.test) };
}

/**
 * The images of each split in an order drawn once and for all. What people bring lies class by class, and much looks at the
 * first so many images of a split.
 */
export function shuffled(data: DataSet): DataSet {
  const mixed = ({ images, labels, count }: Split, stream: number): Split => {
    const order = new RandomStream(0, stream).permutation(count);
    const pixels = pixelsOf(data.image);
    const into = new Uint8Array(images.length);
    order.forEach((from, at) => into.set(images.subarray(from * pixels, (from + 1) * pixels), at * pixels));
    return { images: into, labels: Uint8Array.from(order, (from) => labels[from]), count };
  };
  return {
    ...data,
    training: mixed(data.training, 0),
    validation: mixed(data.validation, 1),
    test: mixed(data.test, 2),
  };
}

type Image = DataSet['image'];
const pixelsOf = ({ height, width, channels }: Image): number => height * width * channels;

export function head(split: Split, count: number, image: Image): Split {
  return { images: split.images.subarray(0, count * pixelsOf(image)), labels: split.labels.subarray(0, count), count };
}

export function tail(split: Split, count: number, image: Image): Split {
  const before = split.count - count;
  return { images: split.images.subarray(before * pixelsOf(image)), labels: split.labels.subarray(before), count };
}
