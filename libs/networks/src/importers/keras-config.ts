import { fieldErrors } from '@espalier/contracts';
import { z } from 'zod';
import { NetworkError } from '../network.js';

/** A layer of a Keras model as its configuration has it, in whichever of Keras's ways of writing it down. */
export interface KerasConfigLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound: readonly string[];
}

const LayerSchema = z.object({
  class_name: z.string().max(200),
  name: z.string().max(200).optional(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).optional(),
});
const ModelSchema = z.object({
  class_name: z.string(),
  config: z.union([
    z.object({
      name: z.string().max(200).optional(),
      layers: z.array(LayerSchema).min(1).max(10_000),
      output_layers: z.array(z.unknown()).optional(),
    }),
    z.array(LayerSchema).min(1).max(10_000),
  ]),
});

/**
 * The layers of a functional or sequential model.
 *
 * @throws NetworkError naming the field that is not as it should be
 */
export function kerasLayers(content: unknown, name: string): KerasConfigLayer[] {
  const parsed = ModelSchema.safeParse(content);
  if (!parsed.success) {
    const [{ field, message }] = fieldErrors(parsed.error.issues, content);
    throw new NetworkError(`${name} is not a Keras model: ${field}: ${message}`);
  }
  const { class_name: className, config } = parsed.data;
  const layers = Array.isArray(config) ? config : config.layers;
  const isSequential = className === 'Sequential';
  const read = layers.map((layer, i): KerasConfigLayer => {
    const own = layer.name ?? text(layer.config.name) ?? `layer${i}`;
    if (['Functional', 'Model', 'Sequential'].includes(layer.class_name)) {
      throw new NetworkError(`${name}, layer ${own}: a model within a model; save it with its layers side by side`);
    }
    const before = layers[i - 1];
    const inbound = isSequential
      ? i === 0
        ? []
        : [before.name ?? text(before.config.name) ?? `layer${i - 1}`]
      : inboundLayers(layer.inbound_nodes ?? [], `${name}, layer ${own}`);
    return { className: layer.class_name, name: own, config: layer.config, inbound };
  });
  const outputs = Array.isArray(config) ? undefined : config.output_layers;
  if (isSequential || outputs === undefined) return read;
  const names = outputNames(outputs);
  if (names.length !== 1)
    throw new NetworkError(`${name} has ${names.length} outputs (${names.join(', ')}); one is needed`);
  return upTo(read, names[0], name);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Keras 2 and tfjs: [[[layer, node, tensor, arguments], …]]; Keras 3: [{ args: tensors that say where they come from }]. */
function inboundLayers(nodes: readonly unknown[], label: string): string[] {
  if (nodes.length === 0) return [];
  if (nodes.length > 1)
    throw new NetworkError(`${label}: it is used ${nodes.length} times; shared layers are not known`);
  const [node] = nodes;
  if (Array.isArray(node)) {
    const entries: unknown[] = typeof node[0] === 'string' ? [node] : node;
    return entries.map((entry) => {
      const source = Array.isArray(entry) ? text(entry[0]) : undefined;
      if (source === undefined) throw new NetworkError(`${label}: inbound_nodes does not name where it takes from`);
      return source;
    });
  }
  const found: string[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (depth > 8 || typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value) && 'class_name' in value && value.class_name === '__keras_tensor__') {
      const history = (value as { config?: { keras_history?: unknown[] } }).config?.keras_history;
      const source = text(history?.[0]);
      if (source !== undefined) found.push(source);
      return;
    }
    for (const each of Object.values(value)) collect(each, depth + 1);
  };
  if (typeof node === 'object' && node !== null && 'args' in node) collect(node.args, 0);
  if (found.length === 0) throw new NetworkError(`${label}: inbound_nodes does not name where it takes from`);
  return found;
}

function outputNames(outputs: readonly unknown[]): string[] {
  if (typeof outputs[0] === 'string') return [outputs[0]];
  return outputs.flatMap((each) => (Array.isArray(each) && typeof each[0] === 'string' ? [each[0]] : []));
}

/** The layers that the output needs, it last. */
function upTo(layers: readonly KerasConfigLayer[], output: string, name: string): KerasConfigLayer[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const ordered: KerasConfigLayer[] = [];
  const state = new Map<string, 'open' | 'done'>();
  // An explicit stack: a network may be thousands of layers deep.
  const stack = [output];
  while (stack.length > 0) {
    const at = stack[stack.length - 1];
    const layer = byName.get(at);
    if (!layer) throw new NetworkError(`${name}: there is no layer '${at}' to take from`);
    if (state.get(at) === 'done') {
      stack.pop();
      continue;
    }
    const missing = layer.inbound.filter((source) => state.get(source) !== 'done');
    if (missing.length === 0) {
      ordered.push(layer);
      state.set(at, 'done');
      stack.pop();
    } else {
      if (state.get(at) === 'open')
        throw new NetworkError(`${name}: its layers take from each other in a circle at '${at}'`);
      state.set(at, 'open');
      stack.push(...missing);
    }
  }
  return ordered;
}
