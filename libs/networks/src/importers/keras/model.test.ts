import { describe, expect, it } from '@jest/globals';
import { NetworkError } from '../../graph/network.js';
import { networkOfKeras } from './model.js';
import { WeightNames } from './weight-names.js';

const layer = (className: string, config: object = {}): object => ({
  class_name: className,
  config: { name: className.toLowerCase(), ...config },
});
const sequential = (...layers: object[]): object => ({
  class_name: 'Sequential',
  config: { layers: [layer('InputLayer', { batch_shape: [null, 6, 6, 3] }), ...layers] },
});
const end = [layer('GlobalAveragePooling2D'), layer('Dense', { units: 4 })];
const conv = (config: object = {}): object =>
  layer('Conv2D', { filters: 6, kernel_size: 3, padding: 'same', ...config });
const kindsOf = (model: object): string[] => networkOfKeras(model, 'model').network.layers.map(({ kind }) => kind);

describe('a layer of Keras', () => {
  it.each([
    ['a field that nobody knows', conv({ twist: 0.5 }), 'conv2d (Conv2D): its field twist (0.5) is not known'],
    ['channels first', conv({ data_format: 'channels_first' }), 'data_format is "channels_first"'],
    ['unequal strides', conv({ strides: [2, 1] }), 'strides of 2 and 1: only equal ones are known'],
    [
      'a stride with a dilation',
      conv({ strides: 2, dilation_rate: 2 }),
      'a stride of 2 with a dilation of 2 cannot be run',
    ],
    ['another axis to normalise along', layer('BatchNormalization', { axis: 1 }), 'it normalises along axis 1 of 3'],
    ['statistics of batches', layer('BatchNormalization', { axis: [3], renorm: true }), 'renorm is not known'],
    [
      'quantised weights',
      conv({ dtype: { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8' } } }),
      'quantised ones are not',
    ],
    ['a type of bytes', layer('Rescaling', { dtype: 'uint8' }), 'its dtype is "uint8"'],
    [
      'a reshape that changes the number of values',
      layer('Reshape', { target_shape: [5, -1] }),
      'does not keep the number of values',
    ],
    ['another order of axes', layer('Permute', { dims: [2, 1, 3] }), 'an order of axes of 2, 1, 3 is not known'],
  ])('with %s is refused by its name', (_, given, problem) => {
    const read = (): unknown => networkOfKeras(sequential(given, ...end), 'model');
    expect(read).toThrow(NetworkError);
    expect(read).toThrow(problem);
    expect(read).toThrow(/^model, layer \w+ \(\w+\): /);
  });

  it('of somebody else is refused, though it is called like one of Keras', () => {
    const custom = { ...conv(), module: 'my_layers', registered_name: 'Mine>Conv2D' };
    expect(() => networkOfKeras(sequential(custom, ...end), 'model')).toThrow(
      'model, layer conv2d (Conv2D): it is a custom layer (Mine>Conv2D)',
    );
  });

  it('may have fields that change nothing, and numbers as NumPy has them', () => {
    const numpy = { class_name: '__numpy__', config: { value: 6, dtype: 'float32' } };
    const idle = { kernel_initializer: {}, bias_regularizer: {}, activity_regularizer: 1, trainable: false, seed: 3 };
    const model = sequential(conv(idle), layer('ReLU', { max_value: numpy, new_field: null }), ...end);
    expect(networkOfKeras(model, 'model').network.layers[1]).toMatchObject({ activation: 'relu6' });
  });
});

describe('a reshape', () => {
  it('that keeps the order of values is no layer, and what it gives is seen as Keras sees it', () => {
    const there = layer('Reshape', { target_shape: [36, -1] });
    expect(kindsOf(sequential(conv(), there, layer('GlobalMaxPooling1D'), layer('Dense', { units: 4 })))).toEqual([
      'conv2d',
      'globalMaxPooling2d',
      'dense',
    ]);
    const back = layer('Reshape', { name: 'back', target_shape: [6, 6, 6] });
    expect(kindsOf(sequential(conv(), there, back, conv({ name: 'second' }), ...end))).toEqual([
      'conv2d',
      'conv2d',
      'globalAveragePooling2d',
      'dense',
    ]);
  });

  it('of a vector to an image is refused, unless it comes first and the image has one channel', () => {
    const toImage = (channels: number): object => layer('Reshape', { target_shape: [6, 6, channels] });
    const first = (size: number, channels: number): object => ({
      class_name: 'Sequential',
      config: [layer('InputLayer', { batch_shape: [null, size] }), toImage(channels), conv(), ...end],
    });
    expect(networkOfKeras(first(36, 1), 'model').network.input).toEqual({ height: 6, width: 6, channels: 1 });
    expect(() => networkOfKeras(first(108, 3), 'model')).toThrow(
      'it takes 6 × 6 × 3, which lies as a vector of 108; such a reshape before it is not known',
    );
    const later = sequential(layer('Flatten'), layer('Dense', { units: 36, name: 'wide' }), toImage(1), conv(), ...end);
    expect(() => networkOfKeras(later, 'model')).toThrow('it takes 6 × 6 × 1, which lies as a vector of 36');
  });
});

describe('the weights of a layer', () => {
  const roles = ['kernel'];

  it('are those whose names end in its own, after those of the models around it', () => {
    const names = ['a/conv/kernel:0', 'b/conv/kernel:0', 'conv/kernel:0', 'b/other_conv/kernel:0'];
    const all = new WeightNames(names);
    expect(all.find(['conv'], roles, 'layer')).toBe('conv/kernel:0');
    expect(all.find(['b', 'conv'], roles, 'layer')).toBe('b/conv/kernel:0');
    expect(all.find(['lost'], roles, 'layer')).toBeUndefined();
    const scoped = new WeightNames(names.slice(0, 1));
    expect(scoped.find(['conv'], roles, 'layer')).toBe('a/conv/kernel:0');
    expect(() => scoped.find(['b', 'conv'], roles, 'layer b/conv')).toThrow(
      'layer b/conv: the weight a/conv/kernel:0 is that of layer conv',
    );
    expect(() => new WeightNames(names.slice(0, 2)).find(['conv'], roles, 'layer conv')).toThrow(
      'layer conv: 2 weights are called like its kernel: a/conv/kernel:0, …',
    );
  });
});
