/**
 * Columns that are solved for at once: with four sums none waits for another, and each element of
 * the factor is read once for all of them.
 */
export const LANES = 4;

/**
 * L⁻¹ B, in place of B: most of the time that an ask takes is spent here. Two rows at once, so that
 * each element of the columns is read once for both.
 *
 * @param lower L, lower triangular, row by row
 * @param stride from one of its rows to the next; it has a row more than is used, since rows are
 *   read in pairs
 * @param columns B, n × LANES, row by row
 */
export function solveColumns(lower: Float64Array, stride: number, n: number, columns: Float64Array): void {
  for (let i = 0; i < n; i += 2) {
    const row = i * stride;
    const next = row + stride;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let k = 0, at = 0; k < i; k++, at += LANES) {
      const x = lower[row + k];
      const y = lower[next + k];
      const p = columns[at];
      const q = columns[at + 1];
      const r = columns[at + 2];
      const s = columns[at + 3];
      a += x * p;
      b += x * q;
      c += x * r;
      d += x * s;
      e += y * p;
      f += y * q;
      g += y * r;
      h += y * s;
    }
    finishRow(columns, i, lower[row + i], a, b, c, d);
    if (i + 1 === n) return;
    const x = lower[next + i];
    const at = i * LANES;
    e += x * columns[at];
    f += x * columns[at + 1];
    g += x * columns[at + 2];
    h += x * columns[at + 3];
    finishRow(columns, i + 1, lower[next + i + 1], e, f, g, h);
  }
}

function finishRow(columns: Float64Array, i: number, pivot: number, a: number, b: number, c: number, d: number): void {
  const at = i * LANES;
  columns[at] = (columns[at] - a) / pivot;
  columns[at + 1] = (columns[at + 1] - b) / pivot;
  columns[at + 2] = (columns[at + 2] - c) / pivot;
  columns[at + 3] = (columns[at + 3] - d) / pivot;
}
