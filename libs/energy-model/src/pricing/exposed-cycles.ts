import type { Accelerator } from '../accelerator.js';
import type { Operand } from '../dimensions.js';

/**
 * A memory that cannot fetch ahead makes the array wait whenever the operand that stays longest is
 * replaced: for it, and for the first of the other operand's words; the rest of these stream in as
 * work goes on.
 *
 * @param sent values that leave the level above each level, and `firstTiles` those that fill its
 *   first tile
 */
export function exposedCycles(
  { levels, bits }: Accelerator,
  sent: readonly Record<'weights' | 'inputs', number>[],
  firstTiles: readonly Record<Operand, number>[],
): number {
  return levels.reduce((sum, level, i) => {
    const wires = level.network?.bitsPerCycle;
    if (level.doubleBuffered !== false || !wires) return sum;
    const replacements = (operand: 'weights' | 'inputs'): number =>
      level.holds.includes(operand) ? Math.ceil(sent[i][operand] / firstTiles[i][operand]) : Infinity;
    const cyclesFor = (operand: 'weights' | 'inputs', words: number): number =>
      level.holds.includes(operand) ? (words * bits[operand]) / wires[operand] : 0;
    const [longest, other] =
      replacements('weights') <= replacements('inputs')
        ? (['weights', 'inputs'] as const)
        : (['inputs', 'weights'] as const);
    return sum + cyclesFor(longest, sent[i][longest]) + cyclesFor(other, replacements(longest) * firstTiles[i][other]);
  }, 0);
}
