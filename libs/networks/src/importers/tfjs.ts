import { fieldErrors, LayerListSchema, type LayerList, type LayerListInput } from '@espalier/contracts';
import { z } from 'zod';
import { NetworkError, type Padding } from '../network.js';
import { inputShape } from './input-shape.js';
import { KerasConfigReader } from './keras-config-reader.js';

type ListedInput = LayerListInput['layers'][number];

/** As much of a Keras layer as prices depend on. Inbound nodes of Keras 2: lists of [layer, node, tensor, arguments]. */
const KerasLayerSchema = z.object({
  class_name: z.string().max(200),
  name: z.string().max(200).optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.array(z.tuple([z.string()]).rest(z.unknown()))).optional(),
});
type KerasLayer = z.infer<typeof KerasLayerSchema>;

const TfjsModelSchema = z.object({
  modelTopology: z.object({
    model_config: z
      .object({
        class_name: z.string(),
        config: z.union([
          z.object({ layers: z.array(KerasLayerSchema).min(1).max(10_000) }),
          z.array(KerasLayerSchema).min(1).max(10_000),
        ]),
      })
      .optional(),
    class_name: z.string().optional(),
    config: z
      .union([
        z.object({ layers: z.array(KerasLayerSchema).min(1).max(10_000) }),
        z.array(KerasLayerSchema).min(1).max(10_000),
      ])
      .optional(),
  }),
});

/**
 * The layers of a model in the layers format of tfjs, which is that of Keras, as shapes: weights are not read.
 *
 * @param content of model.json, parsed
 * @throws NetworkError naming the field or layer that cannot be priced
 */
export function layersOfTfjs(content: unknown, name: string): LayerList {
  const parsed = TfjsModelSchema.safeParse(content);
  if (!parsed.success) {
    const [{ field, message }] = fieldErrors(parsed.error.issues, content);
    throw new NetworkError(`${name} is not a model in the layers format of tfjs: ${field}: ${message}`);
  }
  const topology = parsed.data.modelTopology;
  const config = topology.model_config?.config ?? topology.config;
  if (config === undefined)
    throw new NetworkError(`${name} has no layers: modelTopology.model_config.config is missing`);
  const kerasLayers = Array.isArray(config) ? config : config.layers;

  let input: LayerList['input'] | undefined;
  const passing = new Map<string, string>();
  const layers: ListedInput[] = [];
  let last = 'input';
  for (const [index, keras] of kerasLayers.entries()) {
    const label = keras.name ?? text(keras.config.name) ?? `layer${index}`;
    const refuse = (problem: string): never => {
      throw new NetworkError(`${name}, layer ${label} (${keras.class_name}): ${problem}`);
    };
    const shape = keras.config.batch_input_shape ?? keras.config.batch_shape;
    if (shape !== undefined && input === undefined) input = inputShape(shape, [2, 3, 4], refuse);
    const inbound = keras.inbound_nodes?.[0]?.map(([source]) => passing.get(source) ?? source);
    const from = inbound === undefined || inbound.length === 0 ? [last] : inbound;
    if (keras.class_name === 'InputLayer') {
      passing.set(label, 'input');
      last = 'input';
      continue;
    }
    const listed = listedLayers(keras, safe(label), from.map(safe), refuse);
    if (listed.length === 0) {
      passing.set(label, from[0]);
      continue;
    }
    layers.push(...listed);
    last = listed[listed.length - 1].name;
    passing.set(label, last);
  }
  if (input === undefined)
    throw new NetworkError(`${name} states no input shape: its first layer needs batch_input_shape`);
  const list = LayerListSchema.safeParse({ name, input, layers });
  if (list.success) return list.data;
  const [issue] = list.error.issues;
  throw new NetworkError(`${name}: ${issue.path.join('.')}: ${issue.message}`);
}

const safe = (name: string): string => name.replace(/[^\w./:-]/g, '_').slice(0, 100);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const PASSING = new Set([
  ...['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'Softmax', 'Dropout', 'SpatialDropout2D', 'GaussianNoise'],
  ...['Flatten', 'Reshape', 'GaussianDropout'],
]);

function listedLayers(
  { class_name: kind, config }: KerasLayer,
  name: string,
  from: string[],
  refuse: (problem: string) => never,
): ListedInput[] {
  const read = new KerasConfigReader(config, refuse);
  const source = from.length === 1 ? from[0] : from;
  const window = (): { kernel: readonly [number, number]; stride: number; padding: Padding } => ({
    kernel: read.plane('kernel_size'),
    stride: read.equal('strides', [1, 1]),
    padding: read.padding(),
  });
  switch (kind) {
    case 'Conv2D':
      return [
        {
          name,
          kind: 'conv',
          from: source,
          ...window(),
          filters: read.count('filters'),
          groups: read.count('groups', 1),
          dilation: read.equal('dilation_rate', [1, 1]),
        },
      ];
    case 'DepthwiseConv2D':
      return [
        {
          name,
          kind: 'depthwise-conv',
          from: source,
          ...window(),
          multiplier: read.count('depth_multiplier', 1),
          dilation: read.equal('dilation_rate', [1, 1]),
        },
      ];
    case 'SeparableConv2D':
      return [
        {
          name: `${name}/depthwise`,
          kind: 'depthwise-conv',
          from: source,
          ...window(),
          multiplier: read.count('depth_multiplier', 1),
          dilation: read.equal('dilation_rate', [1, 1]),
        },
        { name, kind: 'conv', from: `${name}/depthwise`, kernel: 1, filters: read.count('filters') },
      ];
    case 'Conv2DTranspose':
      return [{ name, kind: 'transposed-conv', from: source, ...window(), filters: read.count('filters') }];
    case 'Dense':
      return [{ name, kind: 'dense', from: source, units: read.count('units') }];
    case 'MaxPooling2D':
    case 'AveragePooling2D':
      return [
        {
          name,
          kind: 'pool',
          from: source,
          kernel: read.plane('pool_size'),
          stride: read.equal('strides', read.plane('pool_size')),
          padding: read.padding(),
        },
      ];
    case 'GlobalAveragePooling2D':
    case 'GlobalMaxPooling2D':
      return [{ name, kind: 'global-pool', from: source }];
    case 'Add':
    case 'Subtract':
      return [{ name, kind: 'add', from: source }];
    case 'Multiply':
      return [{ name, kind: 'multiply', from: source }];
    case 'Concatenate':
      return [{ name, kind: 'concat', from: source }];
    case 'BatchNormalization':
      return [{ name, kind: 'batch-norm', from: source }];
    case 'ZeroPadding2D':
      return [{ name, kind: 'pad', from: source, padding: read.edges() }];
    default:
      if (PASSING.has(kind)) return [];
      return refuse('this kind of layer is not known');
  }
}
