import { axesOf, sharesAlong, type Accelerator } from '../accelerator.js';
import { DIMENSIONS } from '../dimensions.js';
import { EnergyModelError } from '../energy-model-error.js';
import { loopBounds, type LayerShape } from '../layer-shape.js';
import type { Mapping } from '../mapping.js';

/** One loop of the whole nest. `stride`: how far along its dimension one iteration goes. */
export interface NestLoop {
  readonly dimension: number;
  readonly count: number;
  readonly stride: number;
  /** Of a loop in time: the index of the memory level it stands at. Of a loop in space: −1. */
  readonly level: number;
  /** Of a loop in space: the index of its axis. Of a loop in time: −1. */
  readonly axis: number;
}

/**
 * A mapping as one list of loops, outermost first. The array's loops stand outside the first level
 * that it does not share whole.
 */
export interface LoopNest {
  /** Size of each dimension. */
  readonly bounds: readonly number[];
  readonly loops: readonly NestLoop[];
}

/**
 * @throws EnergyModelError when the mapping does not cover the layer, or uses what the chip lacks
 */
export function loopNest(shape: LayerShape, batch: number, mapping: Mapping, accelerator: Accelerator): LoopNest {
  const bounds = loopBounds(shape, batch);
  const { levels, array } = accelerator;
  const refuse = (problem: string): never => {
    throw new EnergyModelError(`mapping of layer ${shape.name} on ${accelerator.name}: ${problem}`);
  };
  for (const level of Object.keys(mapping.temporal)) {
    if (!levels.some(({ name }) => name === level)) {
      refuse(`there is no level '${level}'; there are ${levels.map(({ name }) => name).join(', ')}`);
    }
  }
  const used = array.map(() => 1);
  const spatial = mapping.spatial.map(({ axis, dimension, count }) => {
    const index = array.findIndex(({ name }) => name === axis);
    if (index < 0)
      refuse(`there is no axis '${axis}'; there are ${array.map(({ name }) => name).join(', ') || 'none'}`);
    used[index] *= count;
    if (used[index] > array[index].size)
      refuse(`${used[index]} elements on axis ${axis}, which has ${array[index].size}`);
    return { dimension: DIMENSIONS.indexOf(dimension), count, level: -1, axis: index };
  });
  const arrayAt = arrayPosition(accelerator);
  const outerFirst = levels.flatMap(({ name }, level) => [
    ...(level === arrayAt ? spatial : []),
    ...(mapping.temporal[name] ?? []).map(({ dimension, count }) => ({
      dimension: DIMENSIONS.indexOf(dimension),
      count,
      level,
      axis: -1,
    })),
  ]);
  if (arrayAt === levels.length) outerFirst.push(...spatial);

  const strides = bounds.map(() => 1);
  const loops: NestLoop[] = [];
  for (let i = outerFirst.length - 1; i >= 0; i--) {
    const loop = outerFirst[i];
    if (loop.dimension < 0) refuse('a loop over an unknown dimension');
    if (!Number.isSafeInteger(loop.count) || loop.count < 1) {
      refuse(`a loop over ${DIMENSIONS[loop.dimension]} of ${loop.count} iterations`);
    }
    if (loop.count === 1) continue;
    loops.unshift({ ...loop, stride: strides[loop.dimension] });
    strides[loop.dimension] *= loop.count;
  }
  bounds.forEach((bound, dimension) => {
    const covered = strides[dimension];
    const outermost = loops.find((loop) => loop.dimension === dimension);
    const step = outermost?.stride ?? 1;
    if (covered < bound || (outermost && (outermost.count - 1) * step >= bound)) {
      refuse(
        `its loops over ${DIMENSIONS[dimension]} cover ${covered} of ${bound}; the outermost of them should count ` +
          `${Math.ceil(bound / step)}`,
      );
    }
  });
  return { bounds, loops };
}

/**
 * The index of the first level that the whole array does not share: the array's loops stand outside
 * it.
 */
export function arrayPosition(accelerator: Accelerator): number {
  const { levels } = accelerator;
  const at = levels.findIndex((level) => axesOf(accelerator).some(({ name }) => !sharesAlong(level, name)));
  return at < 0 ? levels.length : at;
}
