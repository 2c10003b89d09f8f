export interface Gpu {
  /** Of the driver, which orders GPUs by their bus. */
  index: string;
  /** Such as GPU-5a1b…: names the GPU to CUDA whatever its order is. */
  uuid: string;
  /** Such as "NVIDIA H100 80GB HBM3". */
  name: string;
  memoryMebibytes: number;
}
export function listGpus(environment?: Record<string, string | undefined>, list?: () => string): Gpu[];
