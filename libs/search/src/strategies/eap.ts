import type { CubeSpace } from '../space/unit-cube-space.js';
import type { DescentOptions } from './descent.js';
import { DescentStrategy } from './descent-strategy.js';

/**
 * Energy-aware pruning's own loop as a search (Yang, Chen & Sze 2017, fig. 4): the layer that takes
 * most energy goes first, each as far as the accuracy is held, then all again with more of it given
 * up. Each step is a candidate.
 */
export class EapStrategy extends DescentStrategy {
  constructor(space: CubeSpace, seed: number, options: DescentOptions) {
    super(space, seed, options, ({ coordinate }, descent) => descent.taken(coordinate));
  }
}
