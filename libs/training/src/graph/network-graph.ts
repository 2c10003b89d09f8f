import {
  inferShapes,
  isVector,
  weightedLayers,
  weightShapes,
  type Network,
  type WeightedLayer,
} from '@espalier/networks';
import { Graph, type Variable } from '@espalier/tensorflow';
import { compileLayer } from './compile-layer.js';
import type { CompiledForward, PassKind, ReadWeight } from './compiled-forward.js';
import { foldNormalization, normalizedLayers } from './fold-normalizations.js';
import { FLOAT, perChannel, reshape, T } from './reshape-tensors.js';

export interface Threads {
  readonly intraOp: number;
  readonly interOp: number;
}

/** One pass of a network in a graph. */
export interface ForwardPass {
  /** One number a class, before a softmax that the network may end in. */
  readonly logits: string;
  /** What the network as a whole gives: `logits`, or their softmax if it ends in one. */
  readonly output: string;
  /** By layer. */
  readonly layers: ReadonlyMap<string, CompiledForward>;
  /** What each layer with a kernel multiplies with: the kernel, or it times its mask. */
  readonly kernels: ReadonlyMap<string, string>;
}

const DEFAULT_PREPROCESSING = { scale: [1 / 255], offset: [0] };

/**
 * A network's weights and forward passes as one TensorFlow graph, to which training steps,
 * measurements and statistics are added when they are first needed.
 */
export class NetworkGraph {
  readonly graph: Graph;
  readonly images: string;
  readonly labels: string;
  /** All weights, by name. */
  readonly weights: ReadonlyMap<string, Variable>;
  /** By layer with a kernel. */
  readonly masks: ReadonlyMap<string, Variable>;
  readonly weighted: readonly WeightedLayer[];
  readonly inference: ForwardPass;
  /** The images as the first layer takes them. */
  readonly pixels: string;
  readonly #trainingPasses = new Map<boolean, ForwardPass>();
  #gradientsPass: ForwardPass | undefined;
  #evaluationPass: ForwardPass | undefined;

  /** @throws NetworkError when shapes do not chain; RangeError when a layer can be priced only */
  constructor(
    readonly network: Network,
    threads: Threads,
  ) {
    this.graph = new Graph(threads);
    const { graph } = this;
    const { height, width, channels, preprocessing = DEFAULT_PREPROCESSING } = network.input;
    this.images = graph.placeholder('images', 'uint8', [-1, height, width, channels]);
    this.labels = graph.placeholder('labels', 'int32', [-1]);
    this.weighted = weightedLayers(network);
    this.weights = new Map([...weightShapes(network)].map(([name, shape]) => [name, graph.variable(name, shape)]));
    this.masks = new Map(
      this.weighted.map(({ name, kernelShape }) => [name, graph.variable(`${name}/kernel/mask`, kernelShape)]),
    );
    const bytes = graph.add('Cast', [this.images], { SrcT: { dtype: 'uint8' }, DstT: FLOAT });
    const scaled = graph.add('Mul', [bytes, perChannel(graph, preprocessing.scale)], T);
    const pixels = preprocessing.offset.every((offset) => offset === 0)
      ? scaled
      : graph.add('AddV2', [scaled, perChannel(graph, preprocessing.offset)], T);
    this.pixels = isVector(network.input) ? reshape(graph, pixels, [channels]) : pixels;
    this.inference = this.#pass('inference', false);
  }

  /**
   * The pass that is differentiated.
   *
   * @param throughMasks whether kernels are multiplied by their masks in the pass, so that pruned
   *   weights still learn: what dynamic network surgery and movement pruning need. Without it masks
   *   act on gradients, which costs less.
   */
  trainingPass(throughMasks: boolean): ForwardPass {
    if (!throughMasks && !this.#normalises) return this.inference;
    const known = this.#trainingPasses.get(throughMasks) ?? this.#pass('training', throughMasks);
    this.#trainingPasses.set(throughMasks, known);
    return known;
  }

  /** The pass of a network in use that is differentiated: the same answers as `inference`. */
  get gradientsPass(): ForwardPass {
    return this.#normalises ? (this.#gradientsPass ??= this.#pass('gradients', false)) : this.inference;
  }

  /** The quickest pass of a network in use: the answers of `inference`, but for rounding. */
  get evaluationPass(): ForwardPass {
    return this.#normalises ? (this.#evaluationPass ??= this.#pass('evaluation', false)) : this.inference;
  }

  get #normalises(): boolean {
    return this.network.layers.some(({ kind }) => kind === 'batchNormalization');
  }

  variable(name: string): Variable {
    const variable = this.weights.get(name);
    if (!variable) throw new RangeError(`${this.network.name} has no weight ${name}`);
    return variable;
  }

  maskOf(layer: string): Variable {
    const mask = this.masks.get(layer);
    if (!mask) throw new RangeError(`${this.network.name} has no layer ${layer} with weights`);
    return mask;
  }

  #pass(kind: PassKind, throughMasks: boolean): ForwardPass {
    const flows = new Map<string, string>([['input', this.pixels]]);
    const layers = new Map<string, CompiledForward>();
    const kernels = new Map<string, string>();
    const weightOf =
      (layer: string): ReadWeight =>
      (role) =>
        (role === 'kernel' ? kernels.get(layer) : undefined) ?? this.variable(`${layer}/${role}`).read;
    const pairs = kind === 'evaluation' ? normalizedLayers(this.network) : [];
    const normalized = new Map(pairs.map((pair) => [pair.layer.name, pair]));
    const folded = new Set(pairs.map(({ normalization }) => normalization.name));
    let last: CompiledForward = { output: this.pixels };
    for (const geometry of inferShapes(this.network)) {
      const { layer, sources } = geometry;
      const mask = this.masks.get(layer.name);
      if (mask) {
        const kernel = this.variable(`${layer.name}/kernel`).read;
        kernels.set(layer.name, throughMasks ? this.graph.add('Mul', [kernel, mask.read], T) : kernel);
      }
      const inputs = sources.map((source) => flows.get(source) ?? '');
      if (folded.has(layer.name)) last = { output: inputs[0] };
      else {
        const pair = normalized.get(layer.name);
        const { geometry: one, weight } = pair
          ? foldNormalization(this.graph, geometry, pair, weightOf)
          : { geometry, weight: weightOf(layer.name) };
        last = compileLayer(this.graph, one, inputs, weight, kind);
      }
      flows.set(layer.name, last.output);
      layers.set(layer.name, last);
    }
    return { logits: last.beforeSoftmax ?? last.output, output: last.output, layers, kernels };
  }
}
