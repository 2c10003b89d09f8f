import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { decodeBfloat16, decodeFloat16 } from './half-floats.js';

const words = (...bits: number[]): Uint8Array => new Uint8Array(Uint16Array.from(bits).buffer);

describe('numbers of half precision', () => {
  it('are those of IEEE 754 binary16', () => {
    const bits = words(0x0000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00);
    const values = [0, 1, -2, 1365 / 4096, 65_504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, Infinity, -Infinity];
    expect([...decodeFloat16(bits)]).toEqual(values);
    expect(decodeFloat16(words(0x7e00))[0]).toBeNaN();
  });

  it('are, as bfloat16, the upper half of a float32', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const upper = new Uint32Array(Float32Array.of(value).buffer)[0] >>> 16;
        const [cut] = new Float32Array(Uint32Array.of(upper * 2 ** 16).buffer);
        expect(decodeBfloat16(words(upper))[0]).toBe(cut);
      }),
    );
    expect([...decodeBfloat16(words(0x3f80, 0xc000, 0x3eab))]).toEqual([1, -2, 0.333984375]);
  });
});
