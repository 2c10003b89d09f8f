import { NetworkError } from '../../graph/network.js';
import type { KerasLayerConfig, KerasModelConfig, KerasTensorReference } from './config.js';

/**
 * One use of a layer. Models within the model are opened: their layers stand side by side with the
 * others.
 */
export interface KerasCall {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The layer, after the models that it lies in, from the outermost on. */
  readonly path: readonly KerasLayerConfig[];
  /** Places of the calls whose outputs it takes, each before its own. */
  readonly from: readonly number[];
}

/**
 * A model's calls in an order in which each comes after those it takes from, and the places of its
 * outputs.
 */
export interface KerasCalls {
  readonly calls: readonly KerasCall[];
  readonly outputs: readonly number[];
}

/** As many layers as a network may have. */
const MOST_CALLS = 10_000;

/** @throws NetworkError naming the layer that takes a tensor that no layer gives */
export function kerasCalls(model: KerasModelConfig, name: string): KerasCalls {
  const calls: KerasCall[] = [];
  const outputs = open(model, undefined, [], calls, name);
  return { calls, outputs };
}

export const labelOf = (path: readonly KerasLayerConfig[]): string => path.map(({ name }) => name).join('/');

/** @param sources of a model within another: what it takes */
function open(
  model: KerasModelConfig,
  sources: readonly number[] | undefined,
  path: readonly KerasLayerConfig[],
  calls: KerasCall[],
  name: string,
): readonly number[] {
  const refuse = (problem: string): never => {
    throw new NetworkError(`${[name, ...(path.length > 0 ? [`layer ${labelOf(path)}`] : [])].join(', ')}: ${problem}`);
  };
  const run = (layer: KerasLayerConfig, from: readonly number[]): readonly number[] => {
    if (layer.model) return open(layer.model, from, [...path, layer], calls, name);
    if (calls.length >= MOST_CALLS) refuse(`it has more than ${MOST_CALLS} layers, those of models within it included`);
    calls.push({ className: layer.className, config: layer.config, path: [...path, layer], from });
    return [calls.length - 1];
  };
  const one = (given: readonly number[]): number =>
    given.length === 1 ? given[0] : refuse(`a sequential model takes and gives one tensor, not ${given.length}`);
  if (model.isSequential) {
    let flow = sources && one(sources);
    for (const layer of model.layers) {
      if (flow === undefined && layer.className !== 'InputLayer') {
        [flow] = run(inputLayer(statedShape(model)), []);
      }
      flow = one(run(layer, flow === undefined ? [] : [flow]));
    }
    return flow === undefined ? refuse('it has no layers') : [flow];
  }
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const useIndex = usesByIndex(model);
  /** What each use of a layer gives. */
  const made = new Map<string, readonly number[]>();
  const keyOf = (reference: KerasTensorReference): { layer: KerasLayerConfig; index: number; key: string } => {
    const layer = byName.get(reference.layer) ?? refuse(`there is no layer '${reference.layer}' to take from`);
    const index = useIndex(layer, reference) ?? refuse(`layer '${layer.name}' has no use ${reference.use}`);
    return { layer, index, key: `${index} ${layer.name}` };
  };
  const outputOf = (reference: KerasTensorReference): number => {
    const given = made.get(keyOf(reference).key);
    return given?.[reference.tensor] ?? refuse(`layer '${reference.layer}' has no output ${reference.tensor}`);
  };
  for (const [i, input] of model.inputs.entries()) {
    if (sources === undefined) continue;
    const { layer, key } = keyOf(input);
    made.set(key, run(layer, [sources[i] ?? refuse(`it takes ${model.inputs.length} inputs, not ${sources.length}`)]));
  }
  // A configuration without outputs ends in its last layer. An explicit stack: a network may be
  // thousands of layers deep.
  const last = model.layers[model.layers.length - 1].name;
  const outputs = model.outputs.length > 0 ? model.outputs : [{ layer: last, use: 0, tensor: 0 }];
  const opened = new Set<string>();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const { layer, index, key } = keyOf(stack[stack.length - 1]);
    if (made.has(key)) {
      stack.pop();
      continue;
    }
    const taken = layer.uses[index] ?? [];
    const missing = taken.filter((each) => !made.has(keyOf(each).key));
    if (missing.length === 0) {
      made.set(key, run(layer, taken.map(outputOf)));
      stack.pop();
    } else {
      if (opened.has(key)) refuse(`its layers take from each other in a circle at '${layer.name}'`);
      opened.add(key);
      stack.push(...missing.reverse());
    }
  }
  return outputs.map(outputOf);
}

/**
 * Keras counts the uses of a model within another from 1, where its own inputs are the first.
 * Version 3.0 counts those outside the model too.
 */
function usesByIndex(
  model: KerasModelConfig,
): (layer: KerasLayerConfig, reference: KerasTensorReference) => number | undefined {
  const largest = new Map<string, number>();
  for (const { layer, use } of model.layers.flatMap(({ uses }) => uses.flat())) {
    largest.set(layer, Math.max(use, largest.get(layer) ?? 0));
  }
  return (layer, { use }) => {
    const count = Math.max(1, layer.uses.length);
    if (count === 1) return 0;
    const first = layer.model && Math.max(use, largest.get(layer.name) ?? 0) === count ? 1 : 0;
    const index = use - first;
    return index >= 0 && index < count ? index : undefined;
  };
}

/** What a sequential model without an input layer states of its input. */
function statedShape({ layers: [first], inputShape }: KerasModelConfig): unknown {
  const inner = first.model?.layers.find(({ className }) => className === 'InputLayer');
  const own = (layer: KerasLayerConfig | undefined): unknown =>
    layer?.config.batch_input_shape ?? layer?.config.batch_shape;
  return own(first) ?? inputShape ?? own(inner) ?? (first.model && statedShape(first.model));
}

const inputLayer = (shape: unknown): KerasLayerConfig => ({
  className: 'InputLayer',
  name: 'input',
  config: { batch_shape: shape },
  sameClass: { before: 0, count: 1 },
  uses: [],
});
