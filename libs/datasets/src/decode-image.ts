import sharp from 'sharp';
import { DataSetError, type DataSet } from './data-set.js';

/**
 * An image as bytes, scaled and cropped to a size; turned as its camera says.
 *
 * @param name to call it by
 * @throws DataSetError when it cannot be decoded
 */
export async function decodeImage(
  encoded: string | Uint8Array,
  { height, width, channels }: DataSet['image'],
  name: string,
): Promise<Uint8Array> {
  try {
    const scaled = sharp(encoded).rotate().resize(width, height, { fit: 'cover' }).removeAlpha();
    return await (channels === 1 ? scaled.grayscale() : scaled.toColourspace('srgb')).raw().toBuffer();
  } catch (error) {
    const reason = (error as Error).message;
    throw new DataSetError(`${name} cannot be decoded (${reason}); repair or remove it`, { cause: error });
  }
}
