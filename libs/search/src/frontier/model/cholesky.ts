/** A matrix that no jitter makes positive definite: it holds something that is no number. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError';
}

const LARGEST_JITTER = 1e-2;

/**
 * The lower triangle L of K = L Lᵀ, n × n, row by row. Where rounding has left K not quite positive
 * definite, what has to be added to its diagonal is, ten times more each time, and said.
 *
 * @param matrix n × n, row by row, symmetric; only its lower triangle is read
 * @throws NotPositiveDefiniteError
 */
export function cholesky(matrix: Float64Array, n: number): { lower: Float64Array; jitter: number } {
  let scale = 0;
  for (let i = 0; i < n; i++) scale += matrix[i * n + i] / n;
  for (let jitter = 0; jitter <= LARGEST_JITTER; jitter = jitter === 0 ? 1e-10 : jitter * 10) {
    const lower = factor(matrix, n, jitter * scale);
    if (lower) return { lower, jitter: jitter * scale };
  }
  throw new NotPositiveDefiniteError(`a matrix of ${n} × ${n} is not positive definite`);
}

function factor(matrix: Float64Array, n: number, jitter: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      let sum = matrix[row + j];
      for (let k = 0; k < j; k++) sum -= lower[row + k] * lower[other + k];
      lower[row + j] = sum / lower[other + j];
    }
    let pivot = matrix[row + i] + jitter;
    for (let k = 0; k < i; k++) pivot -= lower[row + k] * lower[row + k];
    if (!(pivot > 0)) return undefined;
    lower[row + i] = Math.sqrt(pivot);
  }
  return lower;
}

/** x of L x = b, in place of b. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= lower[row + k] * b[k];
    b[i] = sum / lower[row + i];
  }
  return b;
}

/** x of Lᵀ x = b, in place of b. */
export function solveUpper(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i] / lower[i * n + i];
    b[i] = x;
    const row = i * n;
    for (let k = 0; k < i; k++) b[k] -= lower[row + k] * x;
  }
  return b;
}

/** K⁻¹ = L⁻ᵀ L⁻¹, n × n, whole. */
export function inverseOf(lower: Float64Array, n: number): Float64Array {
  const inverted = new Float64Array(n * n);
  // Row i of L⁻¹ from the rows before it.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const pivot = 1 / lower[row + i];
    inverted[row + i] = pivot;
    for (let k = 0; k < i; k++) {
      const factorOf = -lower[row + k] * pivot;
      const above = k * n;
      for (let j = 0; j <= k; j++) inverted[row + j] += factorOf * inverted[above + j];
    }
  }
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const row = k * n;
    for (let i = 0; i <= k; i++) {
      const x = inverted[row + i];
      for (let j = 0; j <= i; j++) inverse[i * n + j] += x * inverted[row + j];
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j];
  return inverse;
}
