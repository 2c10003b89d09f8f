import { isVector, outputShape, type ImageShape } from '../infer-shapes.js';
import { NetworkError, type Layer, type Network } from '../network.js';
import type { WeightTensor } from '../weights.js';
import { checked, LayerNames, type ImportedModel } from './imported-model.js';
import { inputShape } from './input-shape.js';
import { kerasLayers, type KerasConfigLayer } from './keras-config.js';
import { convertKerasLayer, type ConvertedLayer, type ConvertedWeight } from './keras-layer.js';

/** A Keras model as a network, and what its weights become. */
export interface KerasNetwork {
  readonly network: Network;
  readonly layers: readonly { readonly keras: KerasConfigLayer; readonly converted: ConvertedLayer }[];
}

/** The weights of a Keras layer by what Keras may call each, in Keras's order. */
export type WeightsOf = (layer: KerasConfigLayer, wanted: readonly ConvertedWeight[]) => readonly WeightTensor[];

/**
 * @param content a model's configuration: `class_name` and `config`
 * @throws NetworkError naming the layer that is not known, or whose shapes do not chain
 */
export function networkOfKeras(content: unknown, name: string): KerasNetwork {
  const names = new LayerNames();
  /** Our layer for each of Keras's, and its shape. */
  const made = new Map<string, { name: string; shape: ImageShape }>();
  const layers: Layer[] = [];
  const converted: { keras: KerasConfigLayer; converted: ConvertedLayer }[] = [];
  let input: ImageShape | undefined;
  for (const keras of kerasLayers(content, name)) {
    const refuse = (problem: string): never => {
      throw new NetworkError(`${name}, layer ${keras.name} (${keras.className}): ${problem}`);
    };
    const stated = keras.config.batch_input_shape ?? keras.config.batch_shape;
    if (keras.inbound.length === 0) {
      if (input !== undefined) refuse('it takes from nothing, and there is an input already; one input is known');
      if (stated === undefined) refuse('the model states no input shape; save it with one');
      input = inputShape(stated, [2, 4], refuse);
    }
    if (input === undefined) return refuse('it comes before the input');
    const sources = keras.inbound.map(
      (source) => made.get(source) ?? refuse(`there is no layer '${source}' before it to take from`),
    );
    const from = sources.length > 0 ? sources : [{ name: 'input', shape: input }];
    const own = names.make(keras.name);
    const layer = convertKerasLayer(
      keras,
      own,
      from.map((source) => source.name),
      from.map((source) => source.shape),
      refuse,
    );
    converted.push({ keras, converted: layer });
    let last = from[0];
    const shapes = new Map(from.map((source) => [source.name, source.shape]));
    for (const each of layer.layers) {
      const taken = (each.from ?? []).map((source) => shapes.get(source) ?? from[0].shape);
      last = { name: each.name, shape: outputShape(each, taken, refuse) };
      shapes.set(each.name, last.shape);
      layers.push(each);
    }
    made.set(keras.name, last);
  }
  if (input === undefined || layers.length === 0) throw new NetworkError(`${name} has no layers`);
  const [{ shape }] = [...made.values()].slice(-1);
  if (!isVector(shape)) {
    throw new NetworkError(
      `${name} ends in ${shape.height} × ${shape.width} × ${shape.channels}; a network that classifies ends in a vector`,
    );
  }
  return { network: { name, input, classes: shape.channels, layers }, layers: converted };
}

/** @throws NetworkError when a weight is missing, of another shape or not finite */
export function importKeras(content: unknown, name: string, weightsOf: WeightsOf): ImportedModel {
  const { network, layers } = networkOfKeras(content, name);
  const weights = new Map<string, WeightTensor>();
  for (const { keras, converted } of layers) {
    if (converted.weights.length > 0) {
      const found = weightsOf(keras, converted.weights);
      if (found.length !== converted.weights.length) {
        throw new NetworkError(
          `${name}, layer ${keras.name}: the file has ${found.length} weights for it, ${converted.weights.length} are needed`,
        );
      }
      converted.weights.forEach(({ target, convert }, i) => {
        weights.set(target, convert ? convert(found[i]) : found[i]);
      });
    }
    for (const { target, value, size } of converted.plain ?? []) {
      weights.set(target, { shape: [size], data: new Float32Array(size).fill(value) });
    }
  }
  return checked({ network, weights });
}
