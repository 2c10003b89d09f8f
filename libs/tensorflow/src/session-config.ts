/**
 * TensorFlow's `ConfigProto`, encoded by hand since four of its fields are all that is used.
 *
 * @param threads threads within one operation, and between operations; 0 leaves the choice to
 *   TensorFlow.
 * @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/protobuf/config.proto
 */
export function sessionConfig(threads: { intraOp: number; interOp: number }): Uint8Array {
  for (const [name, value] of Object.entries(threads)) {
    if (!Number.isInteger(value) || value < 0 || value > 127) {
      throw new RangeError(`${name} threads: ${value} is not a whole number from 0 to 127`);
    }
  }
  const intraOpParallelismThreads = [(2 << 3) | 0, threads.intraOp];
  const interOpParallelismThreads = [(5 << 3) | 0, threads.interOp];
  // Without allow_growth one session takes the whole GPU, and a second process on it finds none
  // left.
  const gpuOptionsAllowGrowth = [(6 << 3) | 2, 2, (4 << 3) | 0, 1];
  return Uint8Array.from([...intraOpParallelismThreads, ...interOpParallelismThreads, ...gpuOptionsAllowGrowth]);
}
