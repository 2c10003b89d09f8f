import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataSetError, type DataSet, type DataSetFacts, type Split } from './data-set.js';
import { decodedSplit } from './decoded-split.js';
import { checkParts, partOf, type Part } from './split-images.js';

const IMAGE = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
const MAX_CLASSES = 256;

interface ImageFile {
  readonly path: string;
  readonly label: number;
  readonly part: Part;
}
interface Listing {
  readonly classes: readonly string[];
  readonly files: readonly ImageFile[];
}

/** @throws DataSetError when a class is empty, or classes of the splits differ */
export async function imageFolderFacts(path: string): Promise<DataSetFacts> {
  const { classes, files } = await list(path);
  return {
    image: null,
    classes: classes.length,
    trainingImages: files.filter(({ part }) => part === 'training').length,
  };
}

/**
 * Images in a folder for each class, `<class>/*.png`, or `train/<class>/…` with `test/<class>/…` and perhaps
 * `validation/<class>/…` beside it. They are scaled to the size that the network takes; the decoded images are kept in the
 * cache until a file changes.
 *
 * @throws DataSetError naming an image that cannot be decoded
 */
export async function loadImageFolder(path: string, cache: string, image: DataSet['image']): Promise<DataSet> {
  const { classes, files } = await list(path);
  const read = async (part: Part): Promise<Split> => {
    const own = files.filter((file) => file.part === part);
    const origin: unknown[] = [];
    for (const { path, label } of own) {
      const { size, mtimeMs } = await stat(path);
      origin.push([path, label, size, mtimeMs]);
    }
    const images = own.map(({ path, label }) => ({ label, name: path, read: () => Promise.resolve(path) }));
    return decodedSplit(images, origin, cache, image);
  };
  const data = {
    name: basename(path),
    image,
    classes: classes.length,
    training: await read('training'),
    validation: await read('validation'),
    test: await read('test'),
  };
  return checkParts(data, classes);
}

async function list(path: string): Promise<Listing> {
  const names = await folders(path);
  const given = names.includes('train');
  const classes = await folders(given ? join(path, 'train') : path);
  if (classes.length < 2)
    throw new DataSetError(`${path} has ${classes.length} classes; at least two folders are needed`);
  if (classes.length > MAX_CLASSES)
    throw new DataSetError(`${path} has ${classes.length} classes; up to ${MAX_CLASSES} are read`);
  const hasTest = names.includes('test');
  const hasValidation = names.includes('validation');
  const files: ImageFile[] = [];
  const sources: readonly { folder: string; part?: Part }[] = given
    ? [
        { folder: 'train', ...(hasValidation && { part: 'training' as const }) },
        ...(hasValidation ? [{ folder: 'validation', part: 'validation' as const }] : []),
        ...(hasTest ? [{ folder: 'test', part: 'test' as const }] : []),
      ]
    : [{ folder: '.' }];
  for (const { folder, part } of sources) {
    for (const [label, name] of classes.entries()) {
      const own = join(path, folder, name);
      const images = (await readdir(own).catch(() => [])).filter((file) => IMAGE.test(file)).sort();
      if (images.length === 0)
        throw new DataSetError(`${own} has no image (.png, .jpg, .webp, .gif, .tiff); each class needs some`);
      for (const file of images) {
        files.push({ path: join(own, file), label, part: part ?? partOf(`${name}/${file}`, hasTest) });
      }
    }
  }
  return { classes, files };
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}
