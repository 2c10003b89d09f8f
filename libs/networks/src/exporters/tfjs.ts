import type { Network } from '../graph/network.js';
import { NetworkError } from '../graph/network.js';
import { weightOf, type NetworkWeights } from '../graph/weights.js';
import { kerasTopology } from './keras-topology.js';

/** The two files of TensorFlow.js's layers format: load them with `tf.loadLayersModel`. */
export interface TfjsLayersModel {
  readonly modelJson: string;
  readonly weightsBinary: Uint8Array;
}

export const TFJS_WEIGHTS_FILE = 'group1-shard1of1.bin';

/**
 * Writes a network and its weights as a functional Keras model that TensorFlow.js reads; its input
 * is an image in [0, 1].
 *
 * @throws NetworkError when tfjs has no layer for one of the network's
 */
export function exportTfjsLayers(network: Network, weights: NetworkWeights): TfjsLayersModel {
  const layers = kerasTopology(network);
  for (const { name, className, config } of layers) {
    if (className === 'Conv2D' && typeof config.groups === 'number') {
      throw new NetworkError(`${network.name}, layer ${name}: tfjs has no convolution of ${config.groups} groups`);
    }
    const isDilated = Array.isArray(config.dilation_rate) && config.dilation_rate[0] !== 1;
    if (className === 'DepthwiseConv2D' && isDilated && config.padding === 'valid') {
      throw new NetworkError(
        `${network.name}, layer ${name}: tfjs takes the output of a dilated depthwise convolution to be larger than it is; use padding: same`,
      );
    }
  }
  const entries = layers.flatMap(({ name, weights: own }) => own.map((each) => ({ ...each, layer: name })));
  const manifest = entries.map(({ layer, keras, shape }) => ({ name: `${layer}/${keras}`, shape, dtype: 'float32' }));
  const end = (name: string): unknown => [name, 0, 0];
  const model = {
    format: 'layers-model',
    generatedBy: 'Espalier',
    convertedBy: null,
    modelTopology: {
      class_name: 'Functional',
      config: {
        name: network.name,
        layers: layers.map(({ className, name, config, inbound }) => ({
          class_name: className,
          name,
          config,
          inbound_nodes: inbound.length > 0 ? [inbound.map((source) => [source, 0, 0, {}])] : [],
        })),
        input_layers: [end(layers[0].name)],
        output_layers: [end(layers[layers.length - 1].name)],
      },
      keras_version: 'tfjs-layers 4',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [{ paths: [TFJS_WEIGHTS_FILE], weights: manifest }],
  };
  const bytes = entries.map(({ ours }) => {
    const { data } = weightOf(weights, ours);
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  return { modelJson: `${JSON.stringify(model, null, 2)}\n`, weightsBinary: Buffer.concat(bytes) };
}
