import { weightShapes, type NetworkWeights } from './weights.js';
import type { Layer, Network } from './network.js';

/** The two files of TensorFlow.js's layers format: load them with `tf.loadLayersModel`. */
export interface TfjsLayersModel {
  readonly modelJson: string;
  readonly weightsBinary: Uint8Array;
}

export const TFJS_WEIGHTS_FILE = 'group1-shard1of1.bin';

/** Writes a network and its weights as a Keras-style sequential model that TensorFlow.js reads. */
export function exportTfjsLayers(network: Network, weights: NetworkWeights): TfjsLayersModel {
  const names = [...weightShapes(network).keys()];
  const manifest = names.map((name) => ({ name, shape: tensor(weights, name).shape, dtype: 'float32' }));
  const { height, width, channels } = network.input;
  const layers = network.layers.map((layer, i) => {
    const { className, config } = kerasLayer(layer);
    const first = i === 0 ? { batch_input_shape: [null, height, width, channels] } : {};
    return {
      class_name: className,
      config: { name: layer.name, trainable: true, dtype: 'float32', ...first, ...config },
    };
  });
  const model = {
    format: 'layers-model',
    generatedBy: 'Espalier',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: network.name, layers },
      keras_version: 'tfjs-layers 4',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [{ paths: [TFJS_WEIGHTS_FILE], weights: manifest }],
  };
  const bytes = names.map((name) => {
    const { data } = tensor(weights, name);
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  return { modelJson: `${JSON.stringify(model, null, 2)}\n`, weightsBinary: Buffer.concat(bytes) };
}

function tensor(weights: NetworkWeights, name: string): { shape: readonly number[]; data: Float32Array } {
  const found = weights.get(name);
  if (!found) throw new RangeError(`no weight ${name}`);
  return found;
}

function kerasLayer(layer: Layer): { className: string; config: Record<string, unknown> } {
  const common = { data_format: 'channels_last' };
  switch (layer.kind) {
    case 'conv2d':
      return {
        className: 'Conv2D',
        config: {
          ...common,
          filters: layer.filters,
          kernel_size: layer.kernelSize,
          strides: [layer.stride, layer.stride],
          padding: layer.padding,
          dilation_rate: [1, 1],
          activation: layer.activation,
          use_bias: true,
        },
      };
    case 'maxPooling2d':
      return {
        className: 'MaxPooling2D',
        config: {
          ...common,
          pool_size: [layer.poolSize, layer.poolSize],
          strides: [layer.stride, layer.stride],
          padding: 'valid',
        },
      };
    case 'flatten':
      return { className: 'Flatten', config: {} };
    case 'dense':
      return { className: 'Dense', config: { units: layer.units, activation: layer.activation, use_bias: true } };
  }
}
