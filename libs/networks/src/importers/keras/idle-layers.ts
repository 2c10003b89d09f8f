/**
 * Layers that do nothing when a trained network answers, whatever their fields say that they do in
 * training.
 */
export const IDLE_LAYERS: ReadonlySet<string> = new Set([
  ...['Identity', 'ActivityRegularization'],
  ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise'],
  ...['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomTranslation', 'RandomShear', 'RandomPerspective'],
  ...['RandomElasticTransform', 'RandomErasing', 'RandomGaussianBlur', 'MixUp', 'CutMix', 'AugMix', 'RandAugment'],
  ...['RandomContrast', 'RandomBrightness', 'RandomColorJitter', 'RandomGrayscale', 'RandomHue', 'RandomInvert'],
]);
