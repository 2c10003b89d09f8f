import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assignSplits, checkSplits, countsOf, type Part } from '../splits/assign-splits.js';
import { DataSetError, type DataSet, type DataSetFacts, type Split } from '../data-set.js';
import { decodedSplit } from '../images/decoded-split.js';
import { MAX_CLASSES } from '../splits/labels.js';
import { sourcesOf, splitFacts, unreadable } from '../splits/split-facts.js';
import { readSplitName, SPLIT_NAMES } from '../splits/split-names.js';

const IMAGE = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp|ppm|pgm)$/i;
/** Words that may accompany a split's name, as in `training_set`. */
const OF_SETS: ReadonlySet<string> = new Set(['set', 'data', 'dataset', 'images', 'split']);

interface ImageFile {
  readonly path: string;
  readonly label: number;
  readonly part: Part;
}
interface Listing {
  readonly classes: readonly string[];
  readonly files: readonly ImageFile[];
  /** Source of each split's images. */
  readonly from: Readonly<Record<Part, string>>;
  /** Files that were not read. */
  readonly remarks: readonly string[];
}

/** @throws DataSetError when a class is empty, or classes of the splits differ */
export async function imageFolderFacts(path: string): Promise<DataSetFacts> {
  const { classes, files, from, remarks } = await list(path);
  const labels = files.map(({ label }) => label);
  const parts = files.map(({ part }) => part);
  return { image: null, ...splitFacts({ path, classNames: classes, labels, parts, from, remarks }) };
}

/**
 * Images in a folder for each class, `<class>/*.png`, or in a folder for each split,
 * `train/<class>/…` with `val` and `test` beside it by any of their names. They are scaled to the
 * size that the network takes; the decoded images are kept in the cache until a file changes.
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
  checkSplits(path, classes, countsOf(data));
  return data;
}

async function list(path: string): Promise<Listing> {
  const skipped = new Skipped();
  const folders = await layout(path, skipped);
  const classes = [...new Set(folders.flatMap((folder) => folder.classes.map(({ name }) => name)))].sort();
  if (classes.length < 2)
    throw new DataSetError(`${path} has ${classes.length} classes; at least two folders are needed`);
  if (classes.length > MAX_CLASSES)
    throw new DataSetError(`${path} has ${classes.length} classes; up to ${MAX_CLASSES} are read`);
  const found: { path: string; label: number; part: Part | undefined }[] = [];
  for (const { part, classes: own } of folders) {
    for (const each of own) {
      const images = await imagesUnder(each.path, skipped);
      if (images.length === 0)
        throw new DataSetError(
          `${each.path} has no image (.png, .jpg, .webp, .gif, .tiff, .avif, .bmp, .ppm); each class needs some`,
        );
      const label = classes.indexOf(each.name);
      for (const image of images) found.push({ path: image, label, part });
    }
  }
  const parts = assignSplits(found);
  const sources = new Map(folders.map(({ part, path }) => [part, path]));
  return {
    classes,
    files: found.map(({ path, label }, i) => ({ path, label, part: parts[i] })),
    from: sourcesOf(sources.get('training') ?? path, (part) => sources.get(part)),
    remarks: skipped.remarks(),
  };
}

interface Folder {
  readonly name: string;
  readonly path: string;
}

/** The folders of classes, by split where the folder has one for each split. */
async function layout(
  path: string,
  skipped: Skipped,
): Promise<{ part: Part | undefined; path: string; classes: readonly Folder[] }[]> {
  const top = await foldersIn(path, skipped);
  const named = await Promise.all(
    top.map(async (folder) => ({ ...folder, parts: splitOf(folder), ...(await inside(folder, skipped)) })),
  );
  // A folder of a split holds folders of classes; a class that is called "train" holds images.
  const splits = named.filter(({ parts, folders }) => parts.length === 1 && folders.length > 0);
  const others = named.filter((each) => !splits.includes(each));
  if (splits.length === 0 || !splits.some(({ parts }) => parts[0] === 'training')) {
    if (splits.length > 0 && others.length === 0) {
      throw new DataSetError(
        `${path} has ${splits.map(({ name }) => name).join(', ')} and no training images; known names of splits: ${SPLIT_NAMES}`,
      );
    }
    return [{ part: undefined, path, classes: top }];
  }
  const odd = splits.find(({ hasImages }) => hasImages) ?? others.find(({ hasImages }) => hasImages);
  if (odd) {
    throw new DataSetError(
      `${path} has folders of splits (${splits.map(({ name }) => name).join(', ')}), and ${odd.name} holds images beside them: put them into a folder of their class, or move it away`,
    );
  }
  for (const { name } of others) skipped.note(`folder ${name}, which is no split`);
  const byPart = new Map<Part, (typeof splits)[number]>();
  for (const split of splits) {
    const [part] = split.parts;
    const other = byPart.get(part);
    if (other) throw new DataSetError(`${path}: ${other.name} and ${split.name} are both for ${part}; leave one`);
    byPart.set(part, split);
  }
  const learned = new Set(byPart.get('training')?.folders.map(({ name }) => name));
  for (const [part, { folders, path: own }] of byPart) {
    const unknown = folders.find(({ name }) => !learned.has(name));
    if (unknown) throw new DataSetError(`${own}: class ${unknown.name} of ${part} is not among those to learn from`);
  }
  return [...byPart].map(([part, { path: own, folders }]) => ({ part, path: own, classes: folders }));
}

function splitOf({ name }: Folder): readonly Part[] {
  const { parts, words } = readSplitName(name);
  return words.every((word) => OF_SETS.has(word)) ? parts : [];
}

async function inside({ path }: Folder, skipped: Skipped): Promise<{ folders: Folder[]; hasImages: boolean }> {
  const names = await readdir(path).catch(unreadable(path));
  return {
    folders: await foldersIn(path, skipped),
    hasImages: names.some((name) => isShown(name) && IMAGE.test(name)),
  };
}

/** Folders in a folder, links to folders too, by name. */
async function foldersIn(path: string, skipped: Skipped): Promise<Folder[]> {
  const folders: Folder[] = [];
  for (const name of (await readdir(path).catch(unreadable(path))).filter(isShown).sort()) {
    const own = join(path, name);
    const found = await stat(own).catch(() => undefined);
    if (found?.isDirectory()) folders.push({ name, path: own });
    else if (!found) skipped.link(own);
  }
  return folders;
}

/**
 * Images in a folder and in those within it, in order; each folder once, however links lead to it.
 */
async function imagesUnder(path: string, skipped: Skipped, seen = new Set<string>()): Promise<string[]> {
  const real = await realpath(path);
  if (seen.has(real)) return [];
  seen.add(real);
  const images: string[] = [];
  for (const name of (await readdir(path).catch(unreadable(path))).sort()) {
    const own = join(path, name);
    if (!isShown(name)) {
      skipped.hidden++;
      continue;
    }
    const found = await stat(own).catch(() => undefined);
    if (!found) skipped.link(own);
    else if (found.isDirectory()) for (const image of await imagesUnder(own, skipped, seen)) images.push(image);
    else if (found.size === 0 && IMAGE.test(name)) throw new DataSetError(`${own} is empty; repair or remove it`);
    else if (IMAGE.test(name)) images.push(own);
    else skipped.other(name);
  }
  return images;
}

const isShown = (name: string): boolean => !name.startsWith('.');

/** Files that were not read, with the reason. */
class Skipped {
  hidden = 0;
  readonly #links = new Set<string>();
  readonly #others = new Map<string, number>();
  readonly #notes: string[] = [];

  link(path: string): void {
    this.#links.add(path);
  }

  other(name: string): void {
    const extension = /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? 'without extension';
    this.#others.set(extension, (this.#others.get(extension) ?? 0) + 1);
  }

  note(what: string): void {
    this.#notes.push(`not read: ${what}`);
  }

  remarks(): string[] {
    const [first] = this.#links;
    return [
      ...this.#notes,
      ...(this.#links.size > 0 ? [`not read: ${this.#links.size} links that lead nowhere, such as ${first}`] : []),
      ...(this.hidden > 0 ? [`not read: ${this.hidden} hidden files`] : []),
      ...[...this.#others].map(([extension, count]) => `not read: ${count} files ${extension}`),
    ];
  }
}
