import { zipSync } from 'fflate';
import type { Group } from 'h5wasm/node';
import { writeHdf5 } from '../formats/hdf5.js';
import type { Network } from '../graph/network.js';
import { snakeCase } from '../formats/snake-case.js';
import { weightOf, type NetworkWeights } from '../graph/weights.js';
import { kerasOrder } from './keras-order.js';
import { kerasTopology, type KerasLayer } from './keras-topology.js';

const KERAS_VERSION = '3.8.0';

/**
 * A network as Keras 3's own format, a zip: `keras.models.load_model` reads it. Its input is an
 * image in [0, 1].
 *
 * @throws NetworkError when Keras has no layer for one of the network's
 */
export async function exportKerasArchive(network: Network, weights: NetworkWeights): Promise<Uint8Array> {
  const layers = kerasOrder(kerasTopology(network));
  const weightsFile = await writeHdf5((file) => {
    const group = file.create_group('layers');
    const used = new Map<string, number>();
    for (const { className, name, weights: own } of layers) {
      const kind = snakeCase(className);
      const times = used.get(kind) ?? 0;
      used.set(kind, times + 1);
      const layer = group.create_group(times === 0 ? kind : `${kind}_${times}`);
      const variables = layer.create_group('vars');
      variables.create_attribute('name', name);
      own.forEach(({ ours, shape }, i) => writeTensor(variables, String(i), shape, weights, ours));
    }
    file.create_group('vars').create_attribute('name', network.name);
  });
  const text = (content: object): Uint8Array => Buffer.from(JSON.stringify(content));
  const metadata = {
    keras_version: KERAS_VERSION,
    date_saved: new Date(0).toISOString().slice(0, 19).replace('T', '@'),
  };
  return zipSync(
    {
      'metadata.json': text(metadata),
      'config.json': text(modelConfig(network, layers)),
      'model.weights.h5': weightsFile,
    },
    { level: 0, mtime: new Date('1980-01-01T00:00:00Z') },
  );
}

/**
 * A network as an HDF5 file that Keras 2 and 3 read.
 *
 * @throws NetworkError when Keras has no layer for one of the network's
 */
export function exportKerasHdf5(network: Network, weights: NetworkWeights): Promise<Uint8Array> {
  const layers = kerasOrder(kerasTopology(network));
  return writeHdf5((file) => {
    file.create_attribute('keras_version', KERAS_VERSION);
    file.create_attribute('backend', 'tensorflow');
    file.create_attribute('model_config', JSON.stringify(modelConfig(network, layers)));
    const group = file.create_group('model_weights');
    group.create_attribute('keras_version', KERAS_VERSION);
    group.create_attribute('backend', 'tensorflow');
    group.create_attribute(
      'layer_names',
      layers.map(({ name }) => name),
    );
    for (const { name, weights: own } of layers) {
      const layer = group.create_group(name);
      layer.create_attribute(
        'weight_names',
        own.map(({ keras }) => `${name}/${keras}`),
      );
      if (own.length === 0) continue;
      const inner = layer.create_group(name);
      for (const { keras, ours, shape } of own) writeTensor(inner, keras, shape, weights, ours);
    }
  });
}

function modelConfig(network: Network, layers: readonly KerasLayer[]): object {
  const end = (layer: KerasLayer): unknown => [layer.name, 0, 0];
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: network.name,
      trainable: true,
      layers: layers.map(({ className, name, config, inbound }) => ({
        module: 'keras.layers',
        class_name: className,
        name,
        config: keras3Config(className, config),
        registered_name: null,
        inbound_nodes: inbound.length > 0 ? [inbound.map((source) => [source, 0, 0, {}])] : [],
      })),
      input_layers: [end(layers[0])],
      output_layers: [end(layers[layers.length - 1])],
    },
    registered_name: 'Functional',
  };
}

/** Where Keras 3 has other names than Keras 2 and tfjs. */
function keras3Config(className: string, config: KerasLayer['config']): Record<string, unknown> {
  const { batch_input_shape: shape, alpha, trainable, ...rest } = config;
  if (className === 'InputLayer') return { ...rest, batch_shape: shape };
  return { ...rest, trainable, ...(alpha !== undefined && { negative_slope: alpha }) };
}

function writeTensor(
  group: Group,
  name: string,
  shape: readonly number[],
  weights: NetworkWeights,
  ours: string,
): void {
  group.create_dataset({ name, data: weightOf(weights, ours).data, shape: [...shape], dtype: '<f' });
}
