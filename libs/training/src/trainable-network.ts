import type { Measurement, Split as SplitName } from '@espalier/contracts';
import type { Split } from '@espalier/datasets';
import { checkWeights, weightedLayers, type Network, type NetworkWeights, type WeightTensor } from '@espalier/networks';
import type { TensorValue, Variable } from '@espalier/tensorflow';
import { batchOf } from './batches.js';
import { compileNetwork, type CompiledGraph } from './compile-network.js';

/** What a pruned layer keeps: 1 where a weight is held, 0 where it is pruned, in the kernel's shape. */
export type Masks = ReadonlyMap<string, Float32Array>;

/** Everything that training changes or needs to go on. */
export interface TrainingState {
  readonly weights: NetworkWeights;
  /** By layer; a layer without one is dense. */
  readonly masks: Masks;
  /** Of SGD, by weight; empty before the first step. */
  readonly momentum: NetworkWeights;
}

export const MOMENTUM = 0.9;
/** Counts of a batch are summed in float32, exact up to 2²⁴: 250 images keep them below for any layer of a zoo network. */
const EVALUATION_BATCH = 250;

/** A network that trains: compiled once, run step by step. Close it when done; its memory is TensorFlow's. */
export class TrainableNetwork {
  readonly #compiled: CompiledGraph;
  #masks: Masks = new Map();

  constructor(
    readonly network: Network,
    threads: { intraOp: number; interOp: number } = { intraOp: 0, interOp: 0 },
  ) {
    this.#compiled = compileNetwork(network, { momentum: MOMENTUM, threads });
  }

  /** @throws NetworkError when the weights do not fit the network */
  async load({ weights, masks, momentum }: TrainingState): Promise<void> {
    checkWeights(this.network, weights);
    this.#masks = masks;
    const values: { variable: Variable; data: Float32Array }[] = [];
    for (const { name, kernel, bias, mask } of this.#compiled.layers) {
      const held = masks.get(name);
      for (const { value, momentum: velocity } of [kernel, bias]) {
        const weight = present(weights, value.name);
        const isKernel = value === kernel.value;
        const data = isKernel && held ? weight.data.map((w, i) => w * held[i]) : weight.data;
        values.push({ variable: value, data });
        values.push({ variable: velocity, data: momentum.get(value.name)?.data ?? new Float32Array(data.length) });
      }
      values.push({ variable: mask, data: held ?? new Float32Array(sizeOf(mask.shape)).fill(1) });
    }
    await this.#compiled.graph.set(values);
  }

  async state(): Promise<TrainingState> {
    const trained = this.#compiled.layers.flatMap(({ kernel, bias }) => [kernel, bias]);
    const read = async (variables: Variable[]): Promise<Map<string, WeightTensor>> => {
      const tensors = await this.#compiled.graph.run(
        {},
        variables.map((variable) => variable.read),
      );
      return new Map(trained.map(({ value }, i) => [value.name, float32(tensors[i])]));
    };
    return {
      weights: await read(trained.map(({ value }) => value)),
      momentum: await read(trained.map(({ momentum }) => momentum)),
      masks: this.#masks,
    };
  }

  /** One step on the images of `order[from..to)`; returns the mean loss before the step. */
  async step(split: Split, order: Uint32Array, from: number, to: number, learningRate: number): Promise<number> {
    const { graph, meanLoss, trainStep } = this.#compiled;
    const feeds = this.#feeds(split, order, from, to);
    feeds[this.#compiled.learningRate] = { dtype: 'float32', shape: [], data: Float32Array.of(learningRate) };
    const [loss] = await graph.run(feeds, [meanLoss], trainStep);
    return Number(loss.data[0]);
  }

  /** Accuracy, mean loss and the sparsity profile over a whole split. */
  async measure(split: Split, name: SplitName, beforeBatch: () => void = () => undefined): Promise<Measurement> {
    const { graph, evaluation, layers } = this.#compiled;
    const totals = new Float64Array(evaluation.length);
    for (let from = 0; from < split.count; from += EVALUATION_BATCH) {
      beforeBatch();
      const to = Math.min(split.count, from + EVALUATION_BATCH);
      const sums = await graph.run(this.#feeds(split, null, from, to), evaluation);
      sums.forEach(({ data }, i) => (totals[i] += Number(data[0])));
    }
    const [loss, right] = totals;
    const { weights } = await this.state();
    const profile = weightedLayers(this.network).map(({ name: layer, geometry, shape }, i) => {
      const kernel = present(weights, `${layer}/kernel`).data;
      const left = kernel.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
      const inputs = split.count * geometry.input.height * geometry.input.width * geometry.input.channels;
      const outputs = split.count * shape.outputHeight * shape.outputWidth * shape.outputChannels;
      return {
        name: layer,
        weights: kernel.length,
        weightsLeft: left,
        density: {
          weights: left / kernel.length,
          inputs: totals[2 + 2 * i] / inputs,
          outputs: totals[3 + 2 * i] / outputs,
        },
      };
    });
    if (profile.length !== layers.length) throw new RangeError('the graph and the network disagree on their layers');
    return {
      split: name,
      images: split.count,
      accuracy: right / split.count,
      loss: loss / split.count,
      profile: { layers: profile },
    };
  }

  /** A layer's product (output before bias) on the images `from` to `to`: rows × filters. */
  async products(layer: string, split: Split, from: number, to: number): Promise<WeightTensor> {
    const { product } = this.#layer(layer);
    const [value] = await this.#compiled.graph.run(this.#feeds(split, null, from, to), [product]);
    return float32(value);
  }

  /** A layer's inputs as patches on the images `from` to `to`: rows × weights of one filter. */
  async patches(layer: string, split: Split, from: number, to: number): Promise<WeightTensor> {
    const { patches } = this.#layer(layer);
    const [value] = await this.#compiled.graph.run(this.#feeds(split, null, from, to), [patches]);
    return float32(value);
  }

  /**
   * XᵀX and XᵀY of a layer's inputs X on the images `from` to `to`, computed by TensorFlow.
   *
   * @param targets Y, rows × filters
   */
  async gram(
    layer: string,
    split: Split,
    from: number,
    to: number,
    targets: WeightTensor,
  ): Promise<{ gram: Float32Array; correlation: Float32Array }> {
    const { gram, correlation, targets: placeholder } = this.#gramNodes(layer);
    const feeds = this.#feeds(split, null, from, to);
    feeds[placeholder] = { dtype: 'float32', shape: targets.shape, data: targets.data };
    const [g, b] = await this.#compiled.graph.run(feeds, [gram, correlation]);
    return { gram: float32(g).data, correlation: float32(b).data };
  }

  close(): void {
    this.#compiled.graph.close();
  }

  readonly #grams = new Map<string, { gram: string; correlation: string; targets: string }>();
  #gramNodes(layer: string): { gram: string; correlation: string; targets: string } {
    const known = this.#grams.get(layer);
    if (known) return known;
    const { graph } = this.#compiled;
    const { patches } = this.#layer(layer);
    const targets = graph.placeholder(`${layer}/targets`, 'float32', [-1, -1]);
    const product = (right: string): string =>
      graph.add('MatMul', [patches, right], { T: { dtype: 'float32' }, transpose_a: { bool: true } });
    const nodes = { gram: product(patches), correlation: product(targets), targets };
    this.#grams.set(layer, nodes);
    return nodes;
  }

  #layer(name: string): CompiledGraph['layers'][number] {
    const layer = this.#compiled.layers.find((each) => each.name === name);
    if (!layer) throw new RangeError(`${this.network.name} has no layer ${name} with weights`);
    return layer;
  }

  #feeds(split: Split, order: Uint32Array | null, from: number, to: number): Record<string, TensorValue> {
    const { height, width, channels } = this.network.input;
    const { images, labels } = batchOf(split, order, from, to, height * width * channels);
    return {
      [this.#compiled.images]: { dtype: 'uint8', shape: [to - from, height, width, channels], data: images },
      [this.#compiled.labels]: { dtype: 'int32', shape: [to - from], data: labels },
    };
  }
}

function present(weights: NetworkWeights, name: string): WeightTensor {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`no weight ${name}`);
  return weight;
}

function float32({ shape, data }: TensorValue): WeightTensor {
  if (!(data instanceof Float32Array)) throw new TypeError('a float32 tensor was expected');
  return { shape, data };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
