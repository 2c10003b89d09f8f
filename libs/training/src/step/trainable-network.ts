import type { Measurement, Split as SplitName } from '@espalier/contracts';
import type { Split } from '@espalier/datasets';
import {
  checkWeights,
  sizeOf,
  weightOf,
  type Network,
  type NetworkWeights,
  type WeightTensor,
} from '@espalier/networks';
import type { Feeds, TensorValue, Variable } from '@espalier/tensorflow';
import type { Batch } from '../fit/batches.js';
import { addEvaluation, type Evaluation } from '../measure/evaluation.js';
import { measureNetwork } from '../measure/measure-network.js';
import { NetworkGraph, type Threads } from '../graph/network-graph.js';
import { ADAM_BETAS } from './optimizers.js';
import { addStepFeeds, addTrainStep, type StepFeeds, type StepKind, type TrainStep } from './train-step.js';

/**
 * What a pruned layer keeps: 1 where a weight is held, 0 where it is pruned, in the kernel's shape.
 */
export type Masks = ReadonlyMap<string, Float32Array>;

/** Everything that training changes or needs to go on. */
export interface TrainingState {
  readonly weights: NetworkWeights;
  /** By layer; a layer without one is dense. */
  readonly masks: Masks;
  /** What the optimiser keeps, by `<slot>:<weight>`; empty before the first step. */
  readonly slots: NetworkWeights;
}

/** The numbers of one step. */
export interface StepValues {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly scalePenalty: number;
  /** Counted from 1 over the whole training. */
  readonly step: number;
  readonly teacher?: { readonly logits: Float32Array; readonly share: number; readonly temperature: number };
}

const KERNEL = '/kernel';
const OUT_OF_MEMORY = /OOM when allocating|out of memory|failed to allocate/i;

/** The device has no room for a step on so many images. */
export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError';

  constructor(images: number, cause: Error) {
    super(`there is no memory for a step on ${images} images: ${cause.message.split('\n')[0]}`, { cause });
  }
}

/**
 * A network that trains: compiled once, run step by step. Close it when done; its memory is
 * TensorFlow's.
 */
export class TrainableNetwork {
  readonly compiled: NetworkGraph;
  readonly #slots = new Map<string, Variable>();
  readonly #steps = new Map<string, TrainStep>();
  #stepFeeds: StepFeeds | undefined;
  #evaluation: Evaluation | undefined;
  #masks: Masks = new Map();
  /**
   * Slots that hold what belongs to the loaded weights; others are set to 0 before a step uses
   * them.
   */
  readonly #liveSlots = new Set<string>();

  constructor(
    readonly network: Network,
    threads: Threads = { intraOp: 0, interOp: 0 },
  ) {
    this.compiled = new NetworkGraph(network, threads);
  }

  get masks(): Masks {
    return this.#masks;
  }

  /**
   * Sets weights, masks and what the optimiser keeps. What is masked becomes 0 in all of them.
   *
   * @param behindMasks leave masked weights as they are, for training that may bring them back
   * @throws NetworkError when the weights do not fit the network
   */
  async load({ weights, masks, slots }: TrainingState, behindMasks = false): Promise<void> {
    checkWeights(this.network, weights);
    const values: { variable: Variable; data: Float32Array }[] = [];
    const held = (name: string, data: Float32Array): Float32Array => {
      const mask = behindMasks || !name.endsWith(KERNEL) ? undefined : masks.get(name.slice(0, -KERNEL.length));
      return mask ? data.map((value, i) => value * mask[i]) : data;
    };
    for (const [name, variable] of this.compiled.weights) {
      values.push({ variable, data: held(name, weightOf(weights, name).data) });
    }
    this.#liveSlots.clear();
    for (const [key, { data }] of slots) {
      const [slot, weight] = key.split(':');
      values.push({ variable: this.#slot(weight, slot), data: held(weight, data) });
      this.#liveSlots.add(key);
    }
    await this.compiled.graph.set(values);
    await this.setMasks(masks);
  }

  /** Sets masks without touching weights: a step applies them from then on. */
  async setMasks(masks: Masks): Promise<void> {
    this.#masks = masks;
    await this.compiled.graph.set(
      [...this.compiled.masks].map(([layer, variable]) => ({
        variable,
        data: masks.get(layer) ?? new Float32Array(sizeOf(variable.shape)).fill(1),
      })),
    );
  }

  async state(): Promise<TrainingState> {
    const slots = [...this.#slots].filter(([key]) => this.#liveSlots.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
    const slotValues = await this.#read(slots.map(([, variable]) => variable));
    return {
      weights: await this.weights(),
      slots: new Map(slots.map(([key], i) => [key, slotValues[i]])),
      masks: this.#masks,
    };
  }

  async weights(): Promise<NetworkWeights> {
    const values = await this.#read([...this.compiled.weights.values()]);
    return new Map([...this.compiled.weights.keys()].map((name, i) => [name, values[i]]));
  }

  /**
   * One step on a batch; returns the mean loss before the step.
   *
   * @throws OutOfMemoryError
   */
  async step(batch: Batch, kind: StepKind, values: StepValues): Promise<number> {
    const step = await this.#trainStep(kind);
    const { graph } = this.compiled;
    const feeds = { ...this.feeds(batch), ...this.#scalars(kind, values, batch.count) };
    const [loss] = await graph.run(feeds, [step.loss], step.updates).catch((error: unknown) => {
      throw error instanceof Error && OUT_OF_MEMORY.test(error.message)
        ? new OutOfMemoryError(batch.count, error)
        : error;
    });
    return Number(loss.data[0]);
  }

  /** The network's answers: images × classes, before a softmax. */
  async logits(batch: Batch): Promise<Float32Array> {
    const [logits] = await this.compiled.graph.run(this.feeds(batch), [this.compiled.inference.logits]);
    return float32(logits).data;
  }

  /**
   * What the network gives for each image: images × classes, after a softmax that it may end in.
   */
  async answers(batch: Batch): Promise<Float32Array> {
    const [answers] = await this.compiled.graph.run(this.feeds(batch), [this.compiled.inference.output]);
    return float32(answers).data;
  }

  /**
   * Accuracy and mean loss over a whole split; the sparsity profile over its first thousand images.
   */
  measure(split: Split, name: SplitName, beforeBatch: () => void = () => undefined): Promise<Measurement> {
    this.#evaluation ??= addEvaluation(this.compiled);
    return measureNetwork(this, this.#evaluation, split, name, beforeBatch);
  }

  feeds({ images, labels, count }: Batch): Record<string, TensorValue> {
    const { height, width, channels } = this.network.input;
    return {
      [this.compiled.images]: { dtype: 'uint8', shape: [count, height, width, channels], data: images },
      [this.compiled.labels]: { dtype: 'int32', shape: [count], data: labels },
    };
  }

  close(): void {
    this.compiled.graph.close();
  }

  async #trainStep(kind: StepKind): Promise<TrainStep> {
    const key = JSON.stringify(kind);
    this.#stepFeeds ??= addStepFeeds(this.compiled);
    const step =
      this.#steps.get(key) ??
      addTrainStep(this.compiled, kind, this.#stepFeeds, (weight, slot) => this.#slot(weight, slot));
    this.#steps.set(key, step);
    const fresh = [...step.slots].filter(([slot]) => !this.#liveSlots.has(slot));
    if (fresh.length > 0) {
      await this.compiled.graph.set(
        fresh.map(([, variable]) => ({ variable, data: new Float32Array(sizeOf(variable.shape)) })),
      );
      for (const [slot] of fresh) this.#liveSlots.add(slot);
    }
    return step;
  }

  #scalars(kind: StepKind, values: StepValues, count: number): Feeds {
    const feeds = this.#stepFeeds;
    if (!feeds) throw new RangeError('a step is fed before it is built');
    const scalar = (value: number): TensorValue => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
    const fed: Feeds = {
      [feeds.learningRate]: scalar(values.learningRate),
      [feeds.labelSmoothing]: scalar(values.labelSmoothing),
      [feeds.scalePenalty]: scalar(values.scalePenalty),
    };
    if (kind.decays) fed[feeds.weightDecay] = scalar(values.weightDecay);
    if (kind.optimizer !== 'sgd') {
      feeds.betaPowers.forEach((power, i) => (fed[power] = scalar(ADAM_BETAS[i] ** values.step)));
    }
    if (kind.distils && values.teacher) {
      const { logits, share, temperature } = values.teacher;
      fed[feeds.teacherLogits] = { dtype: 'float32', shape: [count, this.network.classes], data: logits };
      fed[feeds.teacherShare] = scalar(share);
      fed[feeds.temperature] = scalar(temperature);
    }
    return fed;
  }

  #slot(weight: string, slot: string): Variable {
    const key = `${slot}:${weight}`;
    let variable = this.#slots.get(key);
    if (!variable) {
      variable = this.compiled.graph.variable(`${weight}/${slot}`, this.compiled.variable(weight).shape);
      this.#slots.set(key, variable);
    }
    return variable;
  }

  async #read(variables: readonly Variable[]): Promise<WeightTensor[]> {
    if (variables.length === 0) return [];
    const values = await this.compiled.graph.run(
      {},
      variables.map(({ read }) => read),
    );
    return values.map(float32);
  }
}

export function float32({ shape, data }: TensorValue): WeightTensor {
  if (!(data instanceof Float32Array)) throw new TypeError('a float32 tensor was expected');
  return { shape, data };
}
