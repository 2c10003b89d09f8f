/** A tensor whose axes are put in another order. */
export function transposed(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const result = new Float32Array(data.length);
  const index = new Array<number>(axes.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = data[from];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      index[axis]++;
      from += steps[axis];
      if (index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return result;
}
