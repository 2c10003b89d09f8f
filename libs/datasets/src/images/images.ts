import { openSync, readSync } from 'node:fs';
import { DataSetError } from '../data-set-error.js';

/** Images of one size, as bytes. A file of images is read on demand. */
export interface Images {
  /** Of one image. */
  readonly bytesEach: number;
  /** @returns the images of those numbers, one after the other */
  gather(numbers: ArrayLike<number>): Uint8Array;
}

export class ImagesInMemory implements Images {
  constructor(
    private readonly bytes: Uint8Array,
    readonly bytesEach: number,
  ) {}

  gather(numbers: ArrayLike<number>): Uint8Array {
    const gathered = new Uint8Array(numbers.length * this.bytesEach);
    for (const { first, count, at } of runs(numbers)) {
      const from = first * this.bytesEach;
      gathered.set(this.bytes.subarray(from, from + count * this.bytesEach), at * this.bytesEach);
    }
    return gathered;
  }
}

/**
 * Images that follow each other in a file, from a byte on. The file stays open as long as the
 * process lives.
 */
export class ImagesInFile implements Images {
  readonly #descriptor: number;

  constructor(
    private readonly file: string,
    private readonly offset: number,
    readonly bytesEach: number,
  ) {
    this.#descriptor = openSync(file, 'r');
  }

  gather(numbers: ArrayLike<number>): Uint8Array {
    const gathered = new Uint8Array(numbers.length * this.bytesEach);
    for (const { first, count, at } of runs(numbers)) {
      const length = count * this.bytesEach;
      const position = this.offset + first * this.bytesEach;
      const read = readSync(this.#descriptor, gathered, at * this.bytesEach, length, position);
      if (read !== length)
        throw new DataSetError(`${this.file} has become shorter since it was opened; leave it as it is`);
    }
    return gathered;
  }
}

/** A selection of other images, in any order. */
export class ChosenImages implements Images {
  /** @param numbers of images of the other, in the order that they have here */
  constructor(
    private readonly images: Images,
    private readonly numbers: Uint32Array,
  ) {}

  get bytesEach(): number {
    return this.images.bytesEach;
  }

  gather(numbers: ArrayLike<number>): Uint8Array {
    return this.images.gather(Uint32Array.from(numbers, (number) => this.numbers[number]));
  }
}

/** Numbers that follow each other are read together. */
function* runs(numbers: ArrayLike<number>): Generator<{ first: number; count: number; at: number }> {
  for (let at = 0; at < numbers.length;) {
    let count = 1;
    while (at + count < numbers.length && numbers[at + count] === numbers[at] + count) count++;
    yield { first: numbers[at], count, at };
    at += count;
  }
}
