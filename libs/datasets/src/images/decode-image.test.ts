import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { decodeImage } from './decode-image.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
type Converted = Record<string, { L: number[]; RGB: number[] }>;
/**
 * What Pillow's `convert('L')` and `convert('RGB')` give; of grey files of 16 bits, Pillow's own
 * values, since `convert` clips those at 255.
 */
const { images, lossy, sixteenBits } = JSON.parse(await readFile(fixture('pillow.json'), 'utf8')) as {
  images: Converted;
  lossy: Converted;
  sixteenBits: Record<string, number[]>;
};
/** Decoders of JPEG may round otherwise. */
const OF_DECODERS = 2;

describe('decodeImage', () => {
  it.each(Object.keys(images))('gives the pixels that Pillow gives: %s', async (name) => {
    const bytes = await readFile(fixture(name));
    for (const [mode, channels] of [
      ['L', 1],
      ['RGB', 3],
    ] as const) {
      const pixels = await decodeImage(bytes, { height: 5, width: 6, channels }, name);
      expect([mode, ...pixels]).toEqual([mode, ...images[name][mode]]);
      expect(await decodeImage(fixture(name), { height: 5, width: 6, channels }, name)).toEqual(pixels);
    }
  });

  it.each(Object.keys(lossy))('gives the pixels that Pillow gives, up to rounding: %s', async (name) => {
    for (const [mode, channels] of [
      ['L', 1],
      ['RGB', 3],
    ] as const) {
      const pixels = [...(await decodeImage(fixture(name), { height: 5, width: 6, channels }, name))];
      const differences = pixels.map((pixel, i) => Math.abs(pixel - lossy[name][mode][i]));
      expect(pixels).toHaveLength(lossy[name][mode].length);
      const largest = Math.max(...differences);
      expect({ mode, largest, isSmall: largest <= OF_DECODERS }).toMatchObject({ mode, isSmall: true });
    }
  });

  it.each(Object.keys(sixteenBits))('gives the upper half of the bits of Pillow: %s', async (name) => {
    const upper = sixteenBits[name].map((value) => value >> 8);
    for (const channels of [1, 3]) {
      const pixels = [...(await decodeImage(fixture(name), { height: 5, width: 6, channels }, name))];
      expect(pixels).toEqual(upper.flatMap((value) => Array<number>(channels).fill(value)));
    }
  });

  it('refuses what is cut off by its name', async () => {
    for (const name of Object.keys({ ...images, ...lossy, ...sixteenBits })) {
      const bytes = (await readFile(fixture(name))).subarray(0, 40);
      await expect(decodeImage(bytes, { height: 5, width: 6, channels: 3 }, name)).rejects.toThrow(
        `${name} cannot be decoded`,
      );
    }
  });
});
