import type { Variable } from '@espalier/tensorflow';
import { addCrossEntropy, addMean, softmaxCrossEntropy } from '../graph/cross-entropy.js';
import type { ForwardPass, NetworkGraph } from '../graph/network-graph.js';
import { addUpdate, SLOTS, type OptimizerName, type StepScalars } from './optimizers.js';
import { FLOAT, T } from '../graph/reshape-tensors.js';

/**
 * What a training step is made of. Each combination is built into the graph once, when it is first
 * used.
 */
export interface StepKind {
  readonly optimizer: OptimizerName;
  readonly nesterov: boolean;
  /** Whether weight decay acts on kernels. */
  readonly decays: boolean;
  /** Whether batch normalisations' scales are drawn to 0. */
  readonly thinsScales: boolean;
  /** Whether the loss is partly the distance to a teacher's answers. */
  readonly distils: boolean;
  /** Whether pruned weights go on learning behind their masks; see NetworkGraph.trainingPass. */
  readonly throughMasks: boolean;
}

export interface StepFeeds extends StepScalars {
  /** How much of each label is spread over all classes, in [0, 1] (Szegedy et al. 2016). */
  readonly labelSmoothing: string;
  readonly scalePenalty: string;
  /**
   * Share of the teacher in the loss, the temperature, and the teacher's logits: images × classes.
   */
  readonly teacherShare: string;
  readonly temperature: string;
  readonly teacherLogits: string;
}

export interface TrainStep {
  readonly loss: string;
  readonly updates: readonly string[];
  /** What the optimiser keeps, by `<slot>:<weight>`. */
  readonly slots: ReadonlyMap<string, Variable>;
}

/** Weights that no gradient changes. */
const MOVING = /\/(mean|variance)$/;
const SCALE = /\/gamma$/;
const KERNEL = /^(.*)\/kernel$/;

export function addStepFeeds({ graph, network }: NetworkGraph): StepFeeds {
  const scalar = (name: string): string => graph.placeholder(name, 'float32', []);
  return {
    learningRate: scalar('learningRate'),
    weightDecay: scalar('weightDecay'),
    betaPowers: [scalar('beta1Power'), scalar('beta2Power')],
    labelSmoothing: scalar('labelSmoothing'),
    scalePenalty: scalar('scalePenalty'),
    teacherShare: scalar('teacherShare'),
    temperature: scalar('temperature'),
    teacherLogits: graph.placeholder('teacherLogits', 'float32', [-1, network.classes]),
  };
}

/**
 * Adds a training step to a network's graph: loss, gradients, updates, and the moving averages of
 * batch normalisations.
 */
export function addTrainStep(
  compiled: NetworkGraph,
  kind: StepKind,
  feeds: StepFeeds,
  slotVariables: (weight: string, slot: string) => Variable,
): TrainStep {
  const { graph, network } = compiled;
  const pass = compiled.trainingPass(kind.throughMasks);
  const loss = addLoss(compiled, pass, kind.distils, feeds);
  const trained = [...compiled.weights].filter(([name]) => !MOVING.test(name));
  const gradients = graph.gradients(
    [loss],
    trained.map(([name, variable]) => pass.kernels.get(KERNEL.exec(name)?.[1] ?? '') ?? variable.read),
  );
  const slots = new Map<string, Variable>();
  const updates = trained.map(([name, variable], i) => {
    const layer = KERNEL.exec(name)?.[1];
    const gradient = ((): string => {
      if (layer !== undefined && !kind.throughMasks)
        return graph.add('Mul', [gradients[i], compiled.maskOf(layer).read], T);
      if (!kind.thinsScales || !SCALE.test(name)) return gradients[i];
      // ∂ λ|γ| / ∂γ = λ sign(γ)
      const pull = graph.add('Mul', [graph.add('Sign', [variable.read], T), feeds.scalePenalty], T);
      return graph.add('AddV2', [gradients[i], pull], T);
    })();
    const own = SLOTS[kind.optimizer].map((slot) => {
      const kept = slotVariables(name, slot);
      slots.set(`${slot}:${name}`, kept);
      return kept;
    });
    const update = { name: kind.optimizer, nesterov: kind.nesterov, decayed: kind.decays && layer !== undefined };
    return addUpdate(graph, update, variable, own, gradient, feeds);
  });
  for (const layer of network.layers) {
    const statistics = pass.layers.get(layer.name)?.statistics;
    if (layer.kind !== 'batchNormalization' || !statistics) continue;
    const learning = graph.scalar(1 - layer.momentum);
    for (const role of ['mean', 'variance'] as const) {
      const moving = compiled.variable(`${layer.name}/${role}`);
      const difference = graph.add('Sub', [moving.read, statistics[role]], T);
      const change = graph.add('Mul', [difference, learning], T);
      updates.push(graph.add('AssignSubVariableOp', [moving.handle, change], { dtype: FLOAT }));
    }
  }
  return { loss, updates, slots };
}

/**
 * The mean over the batch of (1 − s) CE(softened labels) + s T² CE(teacher at temperature T):
 * Hinton et al. 2015, s being the teacher's share.
 */
function addLoss(compiled: NetworkGraph, { logits }: ForwardPass, distils: boolean, feeds: StepFeeds): string {
  const { graph, network } = compiled;
  const one = graph.scalar(1);
  const spread = graph.add('Div', [feeds.labelSmoothing, graph.scalar(network.classes)], T);
  const onTarget = graph.add('AddV2', [graph.add('Sub', [one, feeds.labelSmoothing], T), spread], T);
  const own = addMean(compiled, addCrossEntropy(compiled, logits, onTarget, spread));
  if (!distils) return own;
  const cooled = (each: string): string => graph.add('RealDiv', [each, feeds.temperature], T);
  const teacher = graph.add('Softmax', [cooled(feeds.teacherLogits)], T);
  const distance = addMean(compiled, softmaxCrossEntropy(graph, cooled(logits), teacher));
  const scaled = graph.add('Mul', [distance, graph.add('Square', [feeds.temperature], T)], T);
  const share = (of: string, by: string): string => graph.add('Mul', [of, by], T);
  return graph.add(
    'AddV2',
    [share(own, graph.add('Sub', [one, feeds.teacherShare], T)), share(scaled, feeds.teacherShare)],
    T,
  );
}
