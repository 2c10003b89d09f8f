import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSetError, shuffled, type DataSet, type DataSetFacts } from '../data-set.js';
import { imageFolderFacts, loadImageFolder } from './image-folder.js';
import { isNumpyFile, loadNumpy, numpyFacts } from './numpy-folder.js';
import { unreadable } from '../splits/split-facts.js';
import { isTfrecordFile, loadTfrecords, tfrecordFacts } from './tfrecord-folder.js';

/** Whether a data set is named by a folder rather than by its name. */
export function isFolder(name: string): boolean {
  return name.includes('/');
}

/**
 * Facts about a user's own folder of NumPy files, TFRecords, or images by class.
 *
 * @throws DataSetError naming the file and its fault
 */
export async function folderFacts(path: string): Promise<DataSetFacts> {
  return (await readerOf(path)).facts(path);
}

/** @param image the size that the network takes; images in a folder are scaled to it */
export async function loadFolder(path: string, cache: string, image: DataSet['image']): Promise<DataSet> {
  return shuffled(await (await readerOf(path)).load(path, cache, image));
}

interface FolderReader {
  readonly facts: (path: string) => Promise<DataSetFacts>;
  readonly load: (path: string, cache: string, image: DataSet['image']) => Promise<DataSet>;
}

async function readerOf(path: string): Promise<FolderReader> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw new DataSetError(`${path} is not a folder that can be read here`);
  const names = await readdir(path).catch(unreadable(path));
  if (names.some(isNumpyFile)) return { facts: numpyFacts, load: loadNumpy };
  if (names.some(isTfrecordFile)) return { facts: tfrecordFacts, load: loadTfrecords };
  const entries = await Promise.all(names.map((name) => stat(join(path, name)).catch(() => undefined)));
  if (entries.some((entry) => entry?.isDirectory())) return { facts: imageFolderFacts, load: loadImageFolder };
  throw new DataSetError(
    `${path} has neither .npy or .npz files, .tfrecord files, nor a folder of images for each class`,
  );
}
