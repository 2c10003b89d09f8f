import type { KerasConfigReader } from './keras-config-reader.js';
import type { KerasTensor } from './keras-tensors.js';

/** A Keras layer that is being read. */
export interface LayerContext {
  readonly className: string;
  readonly read: KerasConfigReader;
  readonly inputs: readonly KerasTensor[];
  /** Notes what is not known of values, while shapes are: the layer can be priced, and not run. */
  readonly priceOnly: (problem: string) => void;
}
