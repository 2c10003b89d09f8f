import { unzip, type Unzipped } from 'fflate';
import { readHdf5, type Hdf5File } from '../hdf5.js';
import { NetworkError } from '../network.js';
import { reading, type ImportedModel } from './imported-model.js';
import { importKeras, type WeightsOf } from './keras-model.js';

/** The parts of a .keras file unpack to no more than this. */
const UNPACKED_BYTES = 4 * 2 ** 30;

/**
 * A model in Keras 3's own format: a zip of config.json and model.weights.h5.
 *
 * @throws NetworkError
 */
export async function importKerasArchive(bytes: Uint8Array, name: string): Promise<ImportedModel> {
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
    readHdf5(weights, (file) => importKeras(content, name, numberedWeights(file))),
  );
}

/**
 * A model in HDF5, as Keras 2 and 3 save it.
 *
 * @throws NetworkError
 */
export async function importKerasHdf5(bytes: Uint8Array, name: string): Promise<ImportedModel> {
  return reading(name, 'an HDF5 file', () =>
    readHdf5(bytes, (file) => {
      const config = file.text('model_config');
      if (config === undefined) {
        throw new NetworkError(`${name} has weights only, no model_config; save the whole model with model.save`);
      }
      const weightsOf: WeightsOf = (layer) => {
        const group = `model_weights/${layer.name}`;
        const names = file.texts('weight_names', group);
        if (!names) throw new NetworkError(`${name} has no weights for layer ${layer.name}`);
        return names.map((weight) => file.tensor(`${group}/${weight}`));
      };
      return importKeras(JSON.parse(config) as unknown, name, weightsOf);
    }),
  );
}

/** Keras 3 keeps weights under the kind of their layer; each group says the name of its layer. */
function numberedWeights(file: Hdf5File): WeightsOf {
  const groups = new Map<string, string>();
  for (const key of file.keys('layers')) {
    for (const group of [`layers/${key}`, ...file.keys(`layers/${key}`).map((part) => `layers/${key}/${part}`)]) {
      const layer = file.text('name', group.endsWith('/vars') ? group : `${group}/vars`);
      if (layer !== undefined) groups.set(layer, group.endsWith('/vars') ? group : `${group}/vars`);
    }
  }
  return (layer) => {
    const group = groups.get(layer.name);
    if (group === undefined) throw new NetworkError(`model.weights.h5 has no weights for layer ${layer.name}`);
    return file
      .keys(group)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => file.tensor(`${group}/${index}`));
  };
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
