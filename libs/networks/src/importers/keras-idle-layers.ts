/** Layers that do nothing when a trained network answers, with the fields that say what they do in training. */
const AUGMENTATION = ['data_format', 'value_range', 'fill_mode', 'fill_value', 'interpolation', 'factor', 'rng_type'];

export const IDLE_LAYERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Identity', []],
  ['Dropout', ['rate', 'noise_shape']],
  ['SpatialDropout1D', ['rate', 'noise_shape', 'data_format']],
  ['SpatialDropout2D', ['rate', 'noise_shape', 'data_format']],
  ['AlphaDropout', ['rate', 'noise_shape']],
  ['GaussianDropout', ['rate']],
  ['GaussianNoise', ['stddev']],
  ['ActivityRegularization', ['l1', 'l2']],
  ['RandomFlip', [...AUGMENTATION, 'mode']],
  ['RandomRotation', AUGMENTATION],
  ['RandomContrast', AUGMENTATION],
  ['RandomBrightness', AUGMENTATION],
  ['RandomTranslation', [...AUGMENTATION, 'height_factor', 'width_factor']],
  ['RandomZoom', [...AUGMENTATION, 'height_factor', 'width_factor']],
]);
