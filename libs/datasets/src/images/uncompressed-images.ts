import { decode } from 'bmp-ts';

/** Bytes of an image, row by row. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** @throws Error when it has 1 or 16 bits a pixel, or is cut off */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const { data, width, height, bitPP } = decode(Buffer.from(bytes), { toRGBA: true });
  if (![4, 8, 24, 32].includes(bitPP)) throw new Error(`it has ${bitPP} bits a pixel; 4, 8, 24 and 32 are read`);
  if (bitPP > 8) return { data, width, height, channels: 4 };
  // The library ignores toRGBA for palettes: it gives alpha, blue, green, red.
  const colours = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) colours[3 * at + channel] = data[4 * at + 3 - channel];
  }
  return { data: colours, width, height, channels: 3 };
}

/**
 * A binary portable grey map (P5) or pixel map (P6) of 8 bits.
 *
 * @throws Error when it has another depth, or is cut off
 */
export function decodePortableMap(bytes: Uint8Array): Pixels {
  const header = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const found = /^P([56])(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s/.exec(header);
  if (!found) throw new Error('its header is not that of a binary PPM or PGM');
  const channels = found[1] === '5' ? 1 : 3;
  const [width, height, most] = found.slice(2).map(Number);
  if (most !== 255) throw new Error(`its largest value is ${most}, 255 is read`);
  const data = bytes.subarray(found[0].length, found[0].length + width * height * channels);
  if (data.length !== width * height * channels) throw new Error('it is cut off');
  return { data, width, height, channels };
}
