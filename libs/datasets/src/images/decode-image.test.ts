import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { decodeImage } from './decode-image.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
/** What Pillow's `convert('L')` and `convert('RGB')` give. */
const { images } = JSON.parse(await readFile(fixture('pillow.json'), 'utf8')) as {
  images: Record<string, { L: number[]; RGB: number[] }>;
};

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

  it('refuses what is cut off by its name', async () => {
    for (const name of Object.keys(images)) {
      const bytes = (await readFile(fixture(name))).subarray(0, 40);
      await expect(decodeImage(bytes, { height: 5, width: 6, channels: 3 }, name)).rejects.toThrow(
        `${name} cannot be decoded`,
      );
    }
  });
});
