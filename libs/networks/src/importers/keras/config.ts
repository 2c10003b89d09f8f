import { fieldErrors } from '@espalier/contracts';
import { z } from 'zod';
import { NetworkError } from '../../graph/network.js';
import { IDLE_LAYERS } from './idle-layers.js';

/** A layer of a Keras model, or a model within it, as its configuration describes it. */
export interface KerasLayerConfig {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** How many layers of the same class its model has, and how many of them come before it. */
  readonly sameClass: { readonly before: number; readonly count: number };
  readonly uses: readonly KerasUse[];
  /** If it is a model itself. */
  readonly model?: KerasModelConfig;
}

/** One call of a layer: the tensors that it takes. */
export type KerasUse = readonly KerasTensorReference[];
export interface KerasTensorReference {
  readonly layer: string;
  readonly use: number;
  readonly tensor: number;
}

export interface KerasModelConfig {
  readonly isSequential: boolean;
  readonly layers: readonly KerasLayerConfig[];
  /** Of a functional model. */
  readonly inputs: readonly KerasTensorReference[];
  readonly outputs: readonly KerasTensorReference[];
  /** Of a sequential model that has no input layer. */
  readonly inputShape: unknown;
}

const MODEL_CLASSES: ReadonlySet<string> = new Set(['Functional', 'Model', 'Sequential']);
const DEEPEST_NESTING = 20;

const LayerSchema = z.object({
  class_name: z.string().max(200),
  name: z.string().max(1000).nullish(),
  module: z.string().max(1000).nullish(),
  registered_name: z.string().max(1000).nullish(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).nullish(),
});
const layersSchema = z.array(LayerSchema).min(1).max(10_000);
const ModelSchema = z.object({
  class_name: z.string(),
  build_config: z.object({ input_shape: z.unknown().optional() }).nullish().catch(undefined),
  config: z.union([
    layersSchema,
    z.object({
      layers: layersSchema,
      input_layers: z.unknown().optional(),
      output_layers: z.unknown().optional(),
      build_input_shape: z.unknown().optional(),
    }),
  ]),
});

/**
 * Parses the configuration of a functional or sequential model: `class_name` and `config`.
 *
 * @throws NetworkError naming the field or layer that is not as it should be
 */
export function parseKerasModel(content: unknown, name: string, depth = 0): KerasModelConfig {
  if (depth > DEEPEST_NESTING) throw new NetworkError(`${name}: more than ${DEEPEST_NESTING} models within each other`);
  const parsed = ModelSchema.safeParse(content);
  if (!parsed.success) {
    const [{ field, message }] = fieldErrors(parsed.error.issues, content);
    throw new NetworkError(`${name} is not a Keras model: ${field}: ${message}`);
  }
  const { class_name: className, config, build_config: build } = parsed.data;
  if (!MODEL_CLASSES.has(className)) {
    throw new NetworkError(`${name} is a ${className}; only functional and sequential models of Keras can be read`);
  }
  const given = Array.isArray(config) ? { layers: config } : config;
  const seen = new Map<string, number>();
  const names = new Set<string>();
  const ranked = given.layers.map((layer, i) => {
    const own = layer.name ?? text(layer.config.name) ?? `layer${i}`;
    if (names.has(own)) throw new NetworkError(`${name}: two layers are called ${own}`);
    names.add(own);
    const before = seen.get(layer.class_name) ?? 0;
    seen.set(layer.class_name, before + 1);
    return { layer, own, before };
  });
  const layers = ranked.map(({ layer, own, before }): KerasLayerConfig => {
    const label = `${name}, layer ${own}`;
    refuseCustom(layer, label);
    return {
      className: layer.class_name,
      name: own,
      config: layer.config,
      sameClass: { before, count: seen.get(layer.class_name) ?? 0 },
      uses: (layer.inbound_nodes ?? [])
        .map((node) => useOf(node, layer.class_name, label))
        .filter((use) => use.length > 0),
      ...(MODEL_CLASSES.has(layer.class_name) && { model: parseKerasModel(layer, label, depth + 1) }),
    };
  });
  return {
    isSequential: className === 'Sequential',
    layers,
    inputs: 'input_layers' in given ? references(given.input_layers, name) : [],
    outputs: 'output_layers' in given ? references(given.output_layers, name) : [],
    inputShape: ('build_input_shape' in given ? given.build_input_shape : undefined) ?? build?.input_shape,
  };
}

/** What is not Keras's own may have the name of a class of Keras, and compute something else. */
function refuseCustom({ class_name: className, module, registered_name: registered }: Layer, label: string): void {
  const isOperation = /^keras(\.src)?\.ops\b/.test(module ?? '');
  if (isOperation && !['Add', 'Multiply'].includes(className)) {
    throw new NetworkError(
      `${label} (${className}): operations of keras.ops other than Add and Multiply are not known`,
    );
  }
  const isForeign = typeof module === 'string' && !/^(tensorflow\.)?(tf_)?keras\b/.test(module);
  if (isForeign || (registered?.includes('>') && !registered.startsWith('keras>'))) {
    throw new NetworkError(
      `${label} (${className}): it is a custom layer (${registered ?? module}); Keras's own are known`,
    );
  }
}
type Layer = z.infer<typeof LayerSchema>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** `[layer, use, tensor]`, one or several of them, in lists or by name. */
function references(value: unknown, label: string, depth = 0): KerasTensorReference[] {
  const one = referenceOf(value);
  if (one) return [one];
  if (typeof value === 'object' && value !== null && depth < 8)
    return Object.values(value).flatMap((each) => references(each, label, depth + 1));
  if (value === undefined || value === null) return [];
  throw new NetworkError(`${label}: ${JSON.stringify(value).slice(0, 100)} does not name a layer's output`);
}

function referenceOf(value: unknown): KerasTensorReference | undefined {
  if (!Array.isArray(value)) return undefined;
  const parsed = z.tuple([z.string(), z.int().min(0), z.int().min(0)]).safeParse(value.slice(0, 3));
  return parsed.success ? { layer: parsed.data[0], use: parsed.data[1], tensor: parsed.data[2] } : undefined;
}

/** A tensor as Keras 3 writes it into a call's arguments. */
const TensorSchema = z.object({
  class_name: z.literal('__keras_tensor__'),
  config: z.object({ keras_history: z.unknown().optional(), shape: z.array(z.unknown()).optional() }),
});

/**
 * The tensors of one call. Keras 2 and tfjs: [[layer, use, tensor, arguments], …]. Keras 3: { args,
 * kwargs } with tensors that name where they come from.
 */
function useOf(node: unknown, className: string, label: string): KerasUse {
  if (Array.isArray(node)) {
    const entries: unknown[] = typeof node[0] === 'string' ? [node] : node;
    return entries.map((entry) => {
      const reference = referenceOf(entry);
      if (!reference) throw new NetworkError(`${label}: inbound_nodes does not name where it takes from`);
      refuseArguments((entry as unknown[])[3], label);
      return reference;
    });
  }
  const parsed = z.object({ args: z.array(z.unknown()), kwargs: z.unknown().optional() }).safeParse(node);
  if (!parsed.success) throw new NetworkError(`${label}: inbound_nodes does not name where it takes from`);
  // Keras 3 notes `training: true` of augmentations that were called without it, and overrules it
  // in a prediction.
  refuseArguments(parsed.data.kwargs, label, IDLE_LAYERS.has(className));
  const { args } = parsed.data;
  const ranks = args.flatMap((each) => TensorSchema.safeParse(each).data?.config.shape?.length ?? []);
  if (new Set(ranks).size > 1) {
    // A layer takes its tensors as one list. Operations broadcast along the batch where ranks
    // differ.
    refuse(label, `an operation on tensors of ${ranks.join(' and ')} axes is not known; use a layer`);
  }
  const tensors = args.flat().filter((each) => each !== null);
  return tensors.map((each) => {
    const history = TensorSchema.safeParse(each);
    const reference = history.success ? referenceOf(history.data.config.keras_history) : undefined;
    return (
      reference ??
      refuse(label, `it is called with ${JSON.stringify(each).slice(0, 100)}; only layers' outputs are known`)
    );
  });
}

/**
 * Refuses arguments of a call that change what it gives, such as a tensor to add or `training:
 * true`.
 */
function refuseArguments(value: unknown, label: string, isIdle = false): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, argument] of Object.entries(value)) {
    const isPrediction = name === 'training' && (argument === false || (isIdle && argument === true));
    const changesNothing = argument === null || argument === undefined || isPrediction;
    if (!changesNothing) {
      refuse(label, `it is called with ${name} = ${JSON.stringify(argument).slice(0, 100)}, which is not known`);
    }
  }
}

function refuse(label: string, problem: string): never {
  throw new NetworkError(`${label}: ${problem}`);
}
