import type { WeightTensor } from '../graph/weights.js';
import type { Unplaced } from './keras/activation.js';
import type { KerasConfigReader } from './keras/config-reader.js';
import type { KerasTensor } from './keras/tensor.js';

/** What a Keras layer becomes. */
export interface ConvertedLayer {
  /**
   * One after another; the first takes what the Keras layer takes. None for a layer that does
   * nothing.
   */
  readonly layers: readonly ConvertedPart[];
  /** The sizes of what it gives, if they are not those of our last layer's output. */
  readonly sizes?: readonly number[];
}
export interface ConvertedPart {
  readonly layer: Unplaced;
  /** What is added to the Keras layer's name; nothing for the part that bears the name itself. */
  readonly suffix?: string;
  readonly weights?: readonly ConvertedWeight[];
  /** Makes the layer of its weights, which are not weights of ours then. */
  readonly settle?: (weights: readonly WeightTensor[]) => Unplaced;
}
export interface ConvertedWeight {
  readonly role: string;
  /** What Keras may call it. */
  readonly keras: readonly string[];
  readonly convert?: (tensor: WeightTensor) => WeightTensor;
  /** Of a weight that Keras leaves out: the value of all of it, and its size. */
  readonly plain?: { readonly value: number; readonly size: number };
}

export interface LayerContext {
  readonly className: string;
  readonly read: KerasConfigReader;
  readonly inputs: readonly KerasTensor[];
  /** Notes what is not known of values, while shapes are: the layer can be priced, and not run. */
  readonly priceOnly: (problem: string) => void;
}

export function parts(layers: readonly Unplaced[]): ConvertedPart[] {
  return layers.map((layer, i) => ({ layer, ...(i < layers.length - 1 && { suffix: `_part${i + 1}` }) }));
}

/** A layer whose output Keras sees as we do: an image of rows, columns and channels. */
export function imageFrom(layer: Unplaced, weights: readonly ConvertedWeight[] = []): ConvertedLayer {
  return { layers: [{ layer, weights }] };
}
