import type { CubeSpace } from '../space/unit-cube-space.js';
import type { DescentOptions } from './descent.js';
import { DescentStrategy } from './descent-strategy.js';

/** Of a coordinate that loses nothing at all. */
const LEAST_SENSITIVITY = 1e-6;

/**
 * Sensitivity-guided descent: each layer is tried once, then always the one that saves most for
 * what it loses, by what was last measured of it (as AMC's and NetAdapt's baselines do; Yang et al.
 * 2018).
 */
export class LocalStrategy extends DescentStrategy {
  constructor(space: CubeSpace, seed: number, options: DescentOptions) {
    super(space, seed, options, ({ saved, sensitivity }) =>
      sensitivity === undefined ? Infinity : saved / Math.max(sensitivity, LEAST_SENSITIVITY),
    );
  }
}
