import { z } from 'zod';
import type { Activation, Layer } from '../../graph/network.js';
import { KerasConfigReader, type Refuse } from './config-reader.js';

/** A layer without its name and sources. */
export type Unplaced = Layer extends infer Each ? (Each extends Layer ? Omit<Each, 'name' | 'from'> : never) : never;

const ACTIVATIONS: Record<string, Activation> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  leaky_relu: 'leakyRelu',
  leakyRelu: 'leakyRelu',
  elu: 'elu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  swish: 'swish',
  silu: 'swish',
  softmax: 'softmax',
};

/** Classes of layers that `activationLayers` reads. */
export const ACTIVATION_LAYERS: ReadonlySet<string> = new Set([
  ...['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'Softmax', 'PReLU', 'ThresholdedReLU'],
]);

/** What an activation is applied to: how many axes a value has besides the batch. */
interface Applied {
  readonly rank: number;
  /** Notes an activation whose values are not known: its layer can be priced, and not run. */
  readonly priceOnly: (problem: string) => void;
  readonly refuse: Refuse;
}

/** A layer of Keras that is an activation, as one of ours after another. */
export function activationLayers(className: string, read: KerasConfigReader, applied: Applied): readonly Unplaced[] {
  const plain = (activation: Activation): Unplaced => ({ kind: 'activation', activation });
  const unknown = (problem: string): readonly Unplaced[] => {
    applied.priceOnly(problem);
    return [plain('linear')];
  };
  switch (className) {
    case 'Activation': {
      const { own, after } = activationOf(read, applied);
      return after.length > 0 ? after : [plain(own)];
    }
    case 'ReLU': {
      const slope = read.number('negative_slope', 0);
      const limit = read.optionalNumber('max_value');
      const threshold = read.number('threshold', 0);
      if (threshold !== 0) return unknown(`a ReLU with a threshold of ${threshold} is not known`);
      if (limit === undefined) return [slope === 0 ? plain('relu') : leaky(slope)];
      if (slope !== 0 || limit <= 0) return unknown(`a ReLU up to ${limit} with a slope of ${slope} is not known`);
      if (limit === 6) return [plain('relu6')];
      const scaled = (scale: number): Unplaced => ({ kind: 'rescaling', scale: [scale], offset: [0] });
      return [scaled(6 / limit), plain('relu6'), scaled(limit / 6)];
    }
    case 'LeakyReLU': {
      const slopes = ['negative_slope', 'alpha'].flatMap((field) => read.optionalNumber(field) ?? []);
      if (new Set(slopes).size > 1) applied.refuse(`negative_slope and alpha differ: ${slopes.join(' and ')}`);
      return [leaky(slopes[0] ?? 0.3)];
    }
    case 'ELU':
      return read.number('alpha', 1) === 1 ? [plain('elu')] : unknown('an ELU whose alpha is not 1 is not known');
    case 'Softmax': {
      const axes = read.axes('axis', -1, applied.rank);
      if (axes.length !== 1 || axes[0] !== applied.rank) {
        return unknown(
          `a softmax along axis ${axes.join(', ')} of ${applied.rank} is not known; along the last one it is`,
        );
      }
      return [plain('softmax')];
    }
    default:
      return unknown('this kind of layer is not known');
  }
}

const leaky = (slope: number): Unplaced => ({ kind: 'activation', activation: 'leakyRelu', slope });

/**
 * The field `activation` of a layer: one of ours that the layer itself can have, or layers that
 * come after it.
 */
export function activationOf(
  read: KerasConfigReader,
  applied: Applied,
): { readonly own: Activation; readonly after: readonly Unplaced[] } {
  const written = read.value('activation') ?? 'linear';
  const object = z
    .object({ class_name: z.string(), config: z.unknown().optional(), registered_name: z.string().nullish() })
    .safeParse(written);
  if (object.success && ACTIVATION_LAYERS.has(object.data.class_name)) {
    const config = z.record(z.string(), z.unknown()).safeParse(object.data.config);
    const inner = new KerasConfigReader(config.success ? config.data : {}, applied.refuse);
    inner.checkType();
    const after = activationLayers(object.data.class_name, inner, applied);
    inner.finish();
    return { own: 'linear', after };
  }
  // Keras 3 writes a function down as { class_name: 'function', config: its name }.
  const isOwn = !object.success || !object.data.registered_name?.includes('>');
  const name = object.success ? object.data.config : written;
  const known = isOwn && typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (known === undefined) {
    const given = typeof name === 'string' ? name : JSON.stringify(written).slice(0, 100);
    applied.priceOnly(`activation ${given} is not known; known are ${Object.keys(ACTIVATIONS).join(', ')}`);
  }
  return { own: known ?? 'linear', after: [] };
}
