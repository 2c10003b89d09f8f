import { unzip, type Unzipped } from 'fflate';
import { readHdf5, type Hdf5File } from '../../formats/hdf5.js';
import { NetworkError } from '../../graph/network.js';
import { snakeCase } from '../../formats/snake-case.js';
import type { WeightTensor } from '../../graph/weights.js';
import { reading, type ImportedModel, type ImportPurpose } from '../imported-model.js';
import { labelOf } from './calls.js';
import type { KerasLayerConfig } from './config.js';
import { importKeras, type WeightsOf } from './model.js';
import { WeightNames } from './weight-names.js';

/** The parts of a .keras file unpack to no more than this. */
const UNPACKED_BYTES = 4 * 2 ** 30;

/**
 * A model in Keras 3's own format: a zip of config.json and model.weights.h5.
 *
 * @throws NetworkError
 */
export async function importKerasArchive(
  bytes: Uint8Array,
  name: string,
  purpose: ImportPurpose = 'run',
): Promise<ImportedModel> {
  const parts = await reading(name, 'a .keras file', () => unpack(bytes));
  const config = parts['config.json'];
  const weights = parts['model.weights.h5'];
  if (config === undefined || weights === undefined) {
    throw new NetworkError(
      `${name} is a zip without config.json and model.weights.h5; save it with Keras 3's model.save`,
    );
  }
  const content = await reading(
    name,
    'a .keras file',
    () => JSON.parse(Buffer.from(config).toString('utf8')) as unknown,
  );
  return reading(name, 'a .keras file', () =>
    readHdf5(weights, (file) => importKeras(content, name, archivedWeights(file), purpose)),
  );
}

/**
 * A model in HDF5, as Keras 2 and 3 save it.
 *
 * @throws NetworkError
 */
export async function importKerasHdf5(
  bytes: Uint8Array,
  name: string,
  purpose: ImportPurpose = 'run',
): Promise<ImportedModel> {
  return reading(name, 'an HDF5 file', () =>
    readHdf5(bytes, (file) => {
      const config = file.text('model_config');
      if (config === undefined) {
        throw new NetworkError(`${name} has weights only, no model_config; save the whole model with model.save`);
      }
      return importKeras(JSON.parse(config) as unknown, name, namedWeights(file, name), purpose);
    }),
  );
}

/** HDF5 files have a group for each layer of the outermost model, and in it weights by name. */
function namedWeights(file: Hdf5File, name: string): WeightsOf {
  const groups = new Map<string, WeightNames>();
  return (path, wanted) => {
    const label = `${name}, layer ${labelOf(path)}`;
    const group = `model_weights/${path[0].name}`;
    const listed = file.texts('weight_names', group);
    if (!listed) throw new NetworkError(`${name} has no weights for layer ${labelOf(path)}`);
    const inGroup = groups.get(group) ?? new WeightNames(listed);
    groups.set(group, inGroup);
    const { names } = inGroup;
    const layers = path.map((each) => each.name);
    const found = wanted.map(({ keras }) => {
      const named = inGroup.find(layers, keras, label);
      // Versions 3.0 to 3.5 give the weight's own name alone, and save no model in which two would
      // be called alike.
      return named ?? names.find((each) => keras.includes(each));
    });
    const isComplete = found.every((each) => each !== undefined);
    if (!isComplete && (path.length > 1 || names.length !== wanted.length)) {
      throw new NetworkError(`${label}: the file has ${names.length} weights for it, ${wanted.length} are needed`);
    }
    // Files of old versions have other names: there the order says which is which.
    return (isComplete ? found : names).map((each) => file.tensor(`${group}/${each}`));
  };
}

/**
 * Archives have a group for each layer by the kind of layer and a number. Since version 3.6 the
 * group notes the layer's name. Before that, as in Keras 2, layers of one kind lie in the model's
 * order.
 */
function archivedWeights(file: Hdf5File): WeightsOf {
  const groups = new LayerGroups(file);
  return (path, wanted) => {
    const missing = (reason: string): never => {
      throw new NetworkError(`model.weights.h5 has no weights for layer ${labelOf(path)}${reason}`);
    };
    const group = path.reduce((model, layer) => groups.of(model, layer) ?? missing(''), '');
    // What is whole numbers counts something, such as the images that a normalisation has seen.
    const indices = file
      .keys(`${group}/vars`)
      .filter((index) => !file.isOfIntegers(`${group}/vars/${index}`))
      .sort((a, b) => Number(a) - Number(b));
    if (indices.length !== wanted.length) missing(`: it has ${indices.length}, ${wanted.length} are needed`);
    return indices.map((index): WeightTensor => file.tensor(`${group}/vars/${index}`));
  };
}

/** Where layers lie: of TensorFlow 2.12 to 2.14 under the second name. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

/** The groups of an archive in which weights of layers lie. */
class LayerGroups {
  /** For each container its keys, and those of layers that are named there. */
  readonly #containers = new Map<string, { keys: readonly string[]; byName: ReadonlyMap<string, string> }>();

  constructor(private readonly file: Hdf5File) {}

  /** @param model the group of the model that the layer lies in; empty for the outermost */
  of(model: string, { className, name, sameClass }: KerasLayerConfig): string | undefined {
    const kind = new RegExp(`^${snakeCase(className)}(?:_(\\d+))?$`);
    for (const container of CONTAINERS) {
      const path = model === '' ? container : `${model}/${container}`;
      const { keys, byName } = this.#read(path);
      if (byName.size > 0) {
        const key = byName.get(name);
        return key === undefined ? undefined : `${path}/${key}`;
      }
      const ofKind = keys
        .flatMap((key) => {
          const match = kind.exec(key);
          return match ? [{ key, number: Number(match[1] ?? 0) }] : [];
        })
        .sort((a, b) => a.number - b.number);
      if (ofKind.length === sameClass.count) return `${path}/${ofKind[sameClass.before].key}`;
    }
    return undefined;
  }

  #read(path: string): { keys: readonly string[]; byName: ReadonlyMap<string, string> } {
    const known = this.#containers.get(path);
    if (known) return known;
    const keys = this.file.keys(path);
    const named = keys.flatMap((key): [string, string][] => {
      const name = this.file.text('name', `${path}/${key}/vars`);
      return name === undefined ? [] : [[name, key]];
    });
    const read = { keys, byName: new Map(named) };
    this.#containers.set(path, read);
    return read;
  }
}

function unpack(bytes: Uint8Array): Promise<Unzipped> {
  let total = 0;
  return new Promise((resolve, reject) => {
    unzip(
      bytes,
      {
        filter: ({ name, originalSize }) => {
          total += originalSize;
          return total <= UNPACKED_BYTES && ['config.json', 'model.weights.h5'].includes(name);
        },
      },
      (error, parts) => (error ? reject(error) : resolve(parts)),
    );
  });
}
