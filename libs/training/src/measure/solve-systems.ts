import { Graph, type Attribute, type TensorValue } from '@espalier/tensorflow';
import type { Threads } from '../graph/network-graph.js';

const DOUBLE = { dtype: 'float64' } as const;
const T: Record<string, Attribute> = { T: DOUBLE };

/** Cholesky's factorisation reads nothing above the diagonal of the matrix. */
interface LinearSystem {
  readonly matrix: Float64Array;
  readonly right: Float64Array;
}

/**
 * Padding systems to the size of the largest beside them may make a batch this much larger, not
 * more.
 */
const PADDING_ALLOWED = 1.15;
const BATCH_NUMBERS = 2 ** 24;

/**
 * Solves symmetric positive definite systems in TensorFlow, by Cholesky's factorisation in double
 * precision on all its threads. Systems of about equal size go together, filled up with ones on the
 * diagonal.
 */
export class SystemSolver {
  readonly #graph: Graph;
  readonly #matrices: string;
  readonly #right: string;
  readonly #solutions: string;

  constructor(threads: Threads = { intraOp: 0, interOp: 0 }) {
    this.#graph = new Graph(threads);
    this.#matrices = this.#graph.placeholder('matrices', 'float64', [-1, -1, -1]);
    this.#right = this.#graph.placeholder('right', 'float64', [-1, -1, 1]);
    const factor = this.#graph.add('Cholesky', [this.#matrices], T);
    const solve = (right: string, adjoint: boolean): string =>
      this.#graph.add('MatrixTriangularSolve', [factor, right], {
        ...T,
        lower: { bool: true },
        adjoint: { bool: adjoint },
      });
    this.#solutions = solve(solve(this.#right, false), true);
  }

  /** The solution of each system; null for one that is not positive definite. */
  readonly solve = async (systems: readonly LinearSystem[]): Promise<(Float64Array | null)[]> => {
    const solutions: (Float64Array | null)[] = systems.map(() => null);
    const bySize = systems.map((_, i) => i).sort((a, b) => systems[b].right.length - systems[a].right.length);
    for (let at = 0; at < bySize.length;) {
      const size = systems[bySize[at]].right.length;
      let end = at + 1;
      while (
        end < bySize.length &&
        systems[bySize[end]].right.length * PADDING_ALLOWED >= size &&
        (end - at + 1) * size * size <= BATCH_NUMBERS
      ) {
        end++;
      }
      const batch = bySize.slice(at, end);
      const solved = await this.#solveAlike(
        batch.map((i) => systems[i]),
        size,
      );
      batch.forEach((i, n) => (solutions[i] = solved[n]));
      at = end;
    }
    return solutions;
  };

  close(): void {
    this.#graph.close();
  }

  async #solveAlike(systems: readonly LinearSystem[], size: number): Promise<(Float64Array | null)[]> {
    if (size === 0) return systems.map(() => new Float64Array(0));
    const matrices = new Float64Array(systems.length * size * size);
    const right = new Float64Array(systems.length * size);
    systems.forEach((system, n) => {
      const own = system.right.length;
      const base = n * size * size;
      for (let row = 0; row < own; row++) {
        matrices.set(system.matrix.subarray(row * own, row * (own + 1) + 1), base + row * size);
      }
      for (let row = own; row < size; row++) matrices[base + row * (size + 1)] = 1;
      right.set(system.right, n * size);
    });
    const feed = (data: Float64Array, ...shape: number[]): TensorValue => ({ dtype: 'float64', shape, data });
    const [{ data }] = await this.#graph.run(
      {
        [this.#matrices]: feed(matrices, systems.length, size, size),
        [this.#right]: feed(right, systems.length, size, 1),
      },
      [this.#solutions],
    );
    return systems.map((system, n) => {
      const solution = Float64Array.from(data.subarray(n * size, n * size + system.right.length) as Float64Array);
      return solution.every(Number.isFinite) ? solution : null;
    });
  }
}
