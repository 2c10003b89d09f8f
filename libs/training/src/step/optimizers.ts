import type { Graph, Variable } from '@espalier/tensorflow';
import { T } from '../graph/reshape-tensors.js';

export type OptimizerName = 'sgd' | 'adam' | 'adamw';

/** Numbers that are fed at each step. */
export interface StepScalars {
  readonly learningRate: string;
  readonly weightDecay: string;
  /** β₁ᵗ and β₂ᵗ of Adam, t counted from 1. */
  readonly betaPowers: readonly [string, string];
}

export const ADAM_BETAS = [0.9, 0.999] as const;
const ADAM_EPSILON = 1e-8;
export const MOMENTUM = 0.9;

/** The state that an optimiser keeps for each weight. */
export const SLOTS: Record<OptimizerName, readonly string[]> = {
  sgd: ['momentum'],
  adam: ['firstMoment', 'secondMoment'],
  adamw: ['firstMoment', 'secondMoment'],
};

/**
 * Adds the update of one weight to a graph and returns its operation.
 *
 * SGD with Nesterov's momentum (Sutskever et al. 2013) or plain; Adam (Kingma & Ba 2015); AdamW,
 * whose decay does not pass through the moments (Loshchilov & Hutter 2019). A weight that is 0 with
 * a gradient of 0 stays exactly 0 under each.
 *
 * @param decayed whether weight decay acts on this weight
 */
export function addUpdate(
  graph: Graph,
  { name, nesterov, decayed }: { name: OptimizerName; nesterov: boolean; decayed: boolean },
  variable: Variable,
  slots: readonly Variable[],
  gradient: string,
  scalars: StepScalars,
): string {
  const decay = (): string => graph.add('Mul', [variable.read, scalars.weightDecay], T);
  if (name === 'sgd') {
    const whole = decayed ? graph.add('AddV2', [gradient, decay()], T) : gradient;
    return graph.add(
      'ResourceApplyMomentum',
      [variable.handle, slots[0].handle, scalars.learningRate, whole, graph.scalar(MOMENTUM)],
      { ...T, use_nesterov: { bool: nesterov } },
    );
  }
  const whole = decayed && name === 'adam' ? graph.add('AddV2', [gradient, decay()], T) : gradient;
  const before: string[] = [];
  if (decayed && name === 'adamw') {
    const shrunk = graph.add('Mul', [decay(), scalars.learningRate], T);
    before.push(
      graph.add('AssignSubVariableOp', [variable.handle, shrunk], { dtype: { dtype: 'float32' } }, undefined, [
        gradient,
      ]),
    );
  }
  return graph.add(
    'ResourceApplyAdam',
    [
      variable.handle,
      slots[0].handle,
      slots[1].handle,
      ...scalars.betaPowers,
      scalars.learningRate,
      ...ADAM_BETAS.map((beta) => graph.scalar(beta)),
      graph.scalar(ADAM_EPSILON),
      whole,
    ],
    T,
    undefined,
    before,
  );
}
