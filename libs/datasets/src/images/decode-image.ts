import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { DataSetError, type DataSet } from '../data-set.js';
import { decodeBmp, decodePortableMap, type Pixels } from './uncompressed-images.js';

/**
 * Weights of ITU-R 601 luma in 65,536ths: the integers of Pillow's `convert('L')`, for equal
 * results.
 */
const LUMA = [19_595, 38_470, 7_471] as const;

/**
 * An image as bytes, scaled and cropped to a size; turned as its camera says. Colours are taken as
 * the file has them, and alpha is left out, as Pillow, TensorFlow and Keras do; a colour file
 * becomes grey before it is scaled.
 *
 * @param name to call it by
 * @returns height × width × channels bytes
 * @throws DataSetError when it cannot be decoded
 */
export async function decodeImage(
  encoded: string | Uint8Array,
  { height, width, channels }: DataSet['image'],
  name: string,
): Promise<Uint8Array> {
  try {
    const turned = (await open(encoded)).rotate().removeAlpha().toColourspace('srgb');
    const scale = (image: Sharp): Sharp => image.resize(width, height, { fit: 'cover' });
    if (channels !== 1) return await scale(turned).raw().toBuffer();
    const { data, info } = await turned.raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: 1 } as const;
    return await scale(sharp(greys(data), { raw }))
      .toColourspace('b-w')
      .raw()
      .toBuffer();
  } catch (error) {
    const reason = (error as Error).message;
    throw new DataSetError(`${name} cannot be decoded (${reason}); repair or remove it`, { cause: error });
  }
}

async function open(encoded: string | Uint8Array): Promise<Sharp> {
  const start = typeof encoded === 'string' ? await readFile(encoded) : encoded;
  const magic = Buffer.from(start.subarray(0, 2)).toString('latin1');
  const pixels: Pixels | undefined =
    magic === 'BM'
      ? decodeBmp(start)
      : /^P[56]$/.test(magic)
        ? decodePortableMap(start)
        : magic === JPEG
          ? await decodeInks(start)
          : undefined;
  return pixels
    ? sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: pixels.channels } })
    : sharp(start, { ignoreIcc: true });
}

const JPEG = '\xff\xd8';

/**
 * The colours of a JPEG of four inks, as Pillow converts them: without a profile of a printer.
 *
 * @returns undefined where the file has no inks
 */
async function decodeInks(encoded: Uint8Array): Promise<Pixels | undefined> {
  if ((await sharp(encoded).metadata()).space !== 'cmyk') return undefined;
  const { data, info } = await sharp(encoded, { ignoreIcc: true })
    .rotate()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const colours = new Uint8Array(3 * info.width * info.height);
  for (let pixel = 0; pixel < info.width * info.height; pixel++) {
    const white = 255 - data[4 * pixel + 3];
    for (let channel = 0; channel < 3; channel++) {
      colours[3 * pixel + channel] = white - Math.round((data[4 * pixel + channel] * white) / 255);
    }
  }
  return { data: colours, width: info.width, height: info.height, channels: 3 };
}

/** @param colours three bytes a pixel */
function greys(colours: Uint8Array): Uint8Array {
  const grey = new Uint8Array(colours.length / 3);
  for (let at = 0; at < grey.length; at++) {
    const [red, green, blue] = [colours[3 * at], colours[3 * at + 1], colours[3 * at + 2]];
    grey[at] = (red * LUMA[0] + green * LUMA[1] + blue * LUMA[2] + 0x8000) >> 16;
  }
  return grey;
}
