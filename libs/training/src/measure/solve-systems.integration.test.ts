import { RandomStream } from '@espalier/random';
import { describe, expect, it } from '@jest/globals';
import { SystemSolver } from './solve-systems.js';

describe('solving systems in TensorFlow', () => {
  it('solves systems of many sizes, and gives null for one that is not positive definite', async () => {
    const random = new RandomStream(3, 0);
    const systems = [3, 40, 41, 7, 1].map((size) => {
      const rows = Array.from({ length: 2 * size }, () => Float64Array.from({ length: size }, () => random.normal()));
      const matrix = new Float64Array(size * size);
      for (const row of rows)
        for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j] += row[i] * row[j];
      return { matrix, right: Float64Array.from({ length: size }, () => random.normal()) };
    });
    const solver = new SystemSolver({ intraOp: 1, interOp: 1 });
    const solutions = await solver.solve([...systems, { matrix: Float64Array.of(-1), right: Float64Array.of(1) }]);
    solver.close();
    systems.forEach(({ matrix, right }, n) => {
      const solution = solutions[n] ?? new Float64Array();
      right.forEach((expected, i) => {
        const product = solution.reduce((sum, x, j) => sum + matrix[i * right.length + j] * x, 0);
        expect(product).toBeCloseTo(expected, 6);
      });
    });
    expect(solutions[systems.length]).toBeNull();
  });
});
