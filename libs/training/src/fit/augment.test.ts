import { RandomStream } from '@espalier/random';
import { describe, expect, it } from '@jest/globals';
import { augment } from './augment.js';

describe('augmentation', () => {
  const image = { height: 4, width: 4, channels: 2 };
  const batch = { images: Uint8Array.from({ length: 32 }, (_, i) => i + 1), labels: Int32Array.of(1), count: 1 };

  it('that does nothing leaves images as they are', () => {
    const same = augment(batch, image, { crop: 0, flip: false, cutout: 0 }, new RandomStream(1, 1));
    expect(same.images).toEqual(batch.images);
  });

  it('shifts, mirrors and cuts out only: every pixel is one of the image or 0, channels together', () => {
    const before = new Set(Array.from({ length: 16 }, (_, i) => `${2 * i + 1},${2 * i + 2}`));
    let changed = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { images } = augment(batch, image, { crop: 2, flip: true, cutout: 2 }, new RandomStream(seed, 1));
      for (let i = 0; i < 16; i++) {
        const pixel = `${images[2 * i]},${images[2 * i + 1]}`;
        expect(pixel === '0,0' || before.has(pixel)).toBe(true);
      }
      if (images.some((byte, i) => byte !== batch.images[i])) changed++;
    }
    expect(changed).toBeGreaterThan(40);
  });
});
