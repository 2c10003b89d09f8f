import { z } from 'zod';
import { outputShape, type ImageShape } from '../../graph/infer-shapes.js';
import { NetworkError, type Layer, type Network } from '../../graph/network.js';
import type { WeightTensor } from '../../graph/weights.js';
import type { ConvertedLayer, ConvertedPart, ConvertedWeight } from '../converted-layer.js';
import { checked, LayerNames, type ImportedModel, type ImportPurpose } from '../imported-model.js';
import { kerasCalls, labelOf, type KerasCall } from './calls.js';
import { KerasConfigReader } from './config-reader.js';
import { parseKerasModel } from './config.js';
import { IDLE_LAYERS } from './idle-layers.js';
import { convertKerasLayer } from './layer.js';
import type { KerasTensor } from './tensor.js';

/** A layer of ours that a use of a Keras layer becomes, and its weights. */
interface MadeLayer {
  readonly call: KerasCall;
  readonly layer: Layer;
  readonly weights: readonly ConvertedWeight[];
  readonly settle?: ConvertedPart['settle'];
}
/** A tensor of Keras, and the layer of ours that gives it. */
interface MadeTensor extends KerasTensor {
  readonly layer: string;
}

/** A Keras model as a network. */
export interface KerasNetwork {
  readonly network: Network;
  readonly layers: readonly MadeLayer[];
  /** What is not known of its layers besides their shapes. */
  readonly priceOnly: readonly string[];
}

/**
 * Gives the weights of a Keras layer, one for each that is wanted, or undefined for one that the
 * file does not hold.
 *
 * @param wanted by what Keras may call each, in Keras's order
 */
export type WeightsOf = (
  path: KerasCall['path'],
  wanted: readonly ConvertedWeight[],
) => readonly (WeightTensor | undefined)[];

/**
 * @param content a model's configuration: `class_name` and `config`
 * @throws NetworkError naming the layer that is not known, or whose shapes do not chain
 */
export function networkOfKeras(content: unknown, name: string): KerasNetwork {
  const { calls, outputs } = kerasCalls(parseKerasModel(content, name), name);
  const names = new LayerNames();
  const tensors: MadeTensor[] = [];
  const layers: MadeLayer[] = [];
  const priceOnly: string[] = [];
  let input: ImageShape | undefined;
  for (const [place, call] of calls.entries()) {
    const label = `${name}, layer ${labelOf(call.path)} (${call.className})`;
    const refuse = (problem: string): never => {
      throw new NetworkError(`${label}: ${problem}`);
    };
    const read = new KerasConfigReader(call.config, refuse);
    if (call.className === 'InputLayer') {
      if (call.from.length === 0 && input !== undefined) refuse('it is a second input; one is known');
      const sizes = inputSizes(read, call.from.length === 0);
      const outer = call.from.map((at) => tensors[at])[0] as MadeTensor | undefined;
      if (outer) {
        if (sizes && !fits(outer.sizes, sizes)) refuse(`it takes ${sizes.join(' × ')}, not ${outer.sizes.join(' × ')}`);
        tensors.push(outer);
        continue;
      }
      const fixed = (sizes ?? []).map((size) => size ?? refuse(NOT_FIXED));
      const reshape = reshapeOfInput(calls, place, fixed);
      input = imageShape(reshape ?? fixed);
      tensors.push({ layer: 'input', shape: input, sizes: fixed });
      continue;
    }
    const inputs = call.from.map((at) => tensors[at]);
    const converted = convertKerasLayer({
      className: call.className,
      read,
      inputs,
      priceOnly: (problem) => priceOnly.push(`${label}: ${problem}`),
    });
    const placed = placeLayers(converted, names, labelOf(call.path.slice(-1)), inputs, refuse);
    layers.push(...placed.layers.map((each) => ({ ...each, call })));
    tensors.push(placed.output);
  }
  if (input === undefined || layers.length === 0) throw new NetworkError(`${name} has no layers`);
  const ends = outputs.map((at) => tensors[at]);
  const output = ends.find(({ layer }) => layer === layers[layers.length - 1].layer.name) ?? ends[0];
  if (ends.length > 1) priceOnly.push(`${name} has ${ends.length} outputs; one is needed`);
  else if (!output.sizes.slice(0, -1).every((size) => size === 1)) {
    const text = output.sizes.join(' × ');
    priceOnly.push(`${name} ends in ${text}; a network that classifies ends in a vector`);
  }
  const network = { name, input, classes: output.shape.channels, layers: layers.map(({ layer }) => layer) };
  return { network, layers, priceOnly };
}

const NOT_FIXED = 'its input shape is not fixed; save the model with a fixed input shape';

/** The sizes that an input layer states, the batch left out; undefined if it may state none. */
function inputSizes(read: KerasConfigReader, mustState: boolean): readonly (number | null)[] | undefined {
  read.checkType();
  for (const field of ['sparse', 'ragged']) if (read.flag(field, false)) read.refuse(`a ${field} input is not known`);
  const stated = read.value('batch_input_shape') ?? read.value('batch_shape');
  read.value('optional');
  read.finish();
  if (stated === undefined)
    return mustState ? read.refuse('the model states no input shape; save it with one') : undefined;
  const size = z.int().min(1).max(100_000).nullable();
  const parsed = z.array(size).min(2).max(4).safeParse(stated);
  if (!parsed.success) {
    return read.refuse(`its input shape is ${JSON.stringify(stated)}, not [batch, height, width, channels]`);
  }
  return parsed.data.slice(1);
}

const fits = (sizes: readonly number[], stated: readonly (number | null)[]): boolean =>
  sizes.length === stated.length && sizes.every((size, i) => stated[i] === null || stated[i] === size);

/** An image of rows and columns has one channel. */
function imageShape(sizes: readonly number[]): ImageShape {
  if (sizes.length === 1) return { height: 1, width: 1, channels: sizes[0] };
  const [height, width, channels = 1] = sizes;
  return { height, width, channels };
}

/**
 * The image that a vector becomes before anything else: then the network's input is that image. Of
 * one channel only, since of several it would have to be known in which order the vector's values
 * are given.
 */
function reshapeOfInput(
  calls: readonly KerasCall[],
  place: number,
  sizes: readonly number[],
): readonly number[] | undefined {
  if (sizes.length !== 1) return undefined;
  const takers = calls.flatMap(({ from }, i) => (from.includes(place) ? [i] : []));
  if (takers.length !== 1) return undefined;
  const { className, config } = calls[takers[0]];
  if (IDLE_LAYERS.has(className) || className === 'InputLayer') return reshapeOfInput(calls, takers[0], sizes);
  const target = z.tuple([z.int(), z.int(), z.literal(1)]).safeParse(config.target_shape);
  if (className !== 'Reshape' || !target.success) return undefined;
  const [height, width] = target.data;
  const image = [height === -1 ? sizes[0] / width : height, width === -1 ? sizes[0] / height : width, 1];
  const isWhole = image.every((size) => Number.isInteger(size) && size > 0);
  return isWhole && image[0] * image[1] === sizes[0] ? image : undefined;
}

/** Gives the layers that a Keras layer becomes their names and sources. */
function placeLayers(
  converted: ConvertedLayer,
  names: LayerNames,
  name: string,
  inputs: readonly MadeTensor[],
  refuse: (problem: string) => never,
): { readonly layers: readonly Omit<MadeLayer, 'call'>[]; readonly output: MadeTensor } {
  let from = inputs.map(({ layer }) => layer);
  let shapes = inputs.map(({ shape }) => shape);
  const layers = converted.layers.map(({ layer: unplaced, suffix = '', weights = [], settle }) => {
    const layer = { ...unplaced, name: names.make(`${name}${suffix}`), from } as Layer;
    shapes = [outputShape(layer, shapes, refuse)];
    from = [layer.name];
    return { layer, weights, ...(settle && { settle }) };
  });
  const [shape] = shapes;
  const sizes = converted.sizes ?? [shape.height, shape.width, shape.channels];
  if (sizes.reduce((product, size) => product * size, 1) !== shape.height * shape.width * shape.channels) {
    refuse(
      `it gives ${sizes.join(' × ')}, which is not as much as ${shape.height} × ${shape.width} × ${shape.channels}`,
    );
  }
  return { layers, output: { layer: from[0], shape, sizes } };
}

/**
 * @throws NetworkError when the model is not complete enough for its purpose, or its weights do not
 *   fit it
 */
export function importKeras(
  content: unknown,
  name: string,
  weightsOf: WeightsOf,
  purpose: ImportPurpose,
): ImportedModel {
  const { network, layers, priceOnly } = networkOfKeras(content, name);
  const weights = new Map<string, WeightTensor>();
  const missingWeights: string[] = [];
  const settled = new Map<string, Layer>();
  const users = new Map<object, string[]>();
  for (const group of groupedByCall(layers)) {
    const [{ call }] = group;
    const wanted = group.flatMap((made) => made.weights.filter(({ plain }) => plain === undefined));
    const found = wanted.length > 0 ? [...weightsOf(call.path, wanted)] : [];
    for (const { layer, weights: own, settle } of group) {
      const tensors = own.map(({ role, plain, convert }): WeightTensor | undefined => {
        if (plain) return { shape: [plain.size], data: new Float32Array(plain.size).fill(plain.value) };
        const tensor = found.shift();
        if (tensor === undefined) missingWeights.push(`${layer.name}/${role}`);
        return tensor && convert ? convert(tensor) : tensor;
      });
      const present = tensors.filter((each) => each !== undefined);
      if (settle && present.length === own.length) {
        settled.set(layer.name, { ...settle(present), name: layer.name, from: layer.from });
      } else {
        own.forEach(({ role }, i) => {
          const tensor = tensors[i];
          if (tensor) weights.set(`${layer.name}/${role}`, tensor);
        });
      }
    }
    const trained = group.filter(({ weights: own, settle }) => own.length > 0 && !settle);
    if (trained.length === 0) continue;
    const own = call.path[call.path.length - 1];
    users.set(own, [...(users.get(own) ?? []), trained[trained.length - 1].layer.name]);
  }
  const sharedLayers = [...users.values()].filter((each) => each.length > 1);
  return checked(
    {
      network: { ...network, layers: network.layers.map((layer) => settled.get(layer.name) ?? layer) },
      weights,
      ...(missingWeights.length > 0 && { missingWeights }),
      ...(priceOnly.length > 0 && { priceOnly }),
      ...(sharedLayers.length > 0 && { sharedLayers }),
    },
    purpose,
  );
}

function groupedByCall(layers: readonly MadeLayer[]): MadeLayer[][] {
  const groups = new Map<KerasCall, MadeLayer[]>();
  for (const layer of layers) groups.set(layer.call, [...(groups.get(layer.call) ?? []), layer]);
  return [...groups.values()];
}
