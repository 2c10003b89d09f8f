import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceClass } from '@espalier/contracts';
import { listGpus, type Gpu } from '@espalier/machine/gpus';

/** The device of a worker. */
export interface Device {
  readonly deviceClass: DeviceClass;
  /** The driver's name of it. */
  readonly name: string;
  /** Jobs at the same time. */
  readonly slots: number;
}

/** Resources of a machine. */
export interface Machine {
  readonly cores: number;
  readonly memoryMebibytes: number;
}

/**
 * MiB that a job is given of the device's own memory. On a processor one took 650 for LeNet-5; on
 * an H100 a training of ResNet-20 took 580 of the GPU and one of a MobileNetV2 for small images
 * 2,360 (bench/RESULTS.md). Larger images take more.
 */
const MEBIBYTES_A_JOB = { cpu: 2 * 1024, gpu: 6 * 1024 };
const MOST_SLOTS = 8;

/**
 * Finds the first GPU that this process may use, or the processor, with as many slots as its memory
 * holds, and no more than there are cores: they feed a GPU too, and small networks leave most of it
 * idle.
 *
 * @param asked the device class; a GPU when there is one, when absent
 */
export function findDevice(
  asked: DeviceClass | undefined,
  machine: Machine = thisMachine(),
  gpus: readonly Gpu[] = listGpus(),
): Device {
  const [gpu] = gpus;
  const slots = (deviceClass: DeviceClass, memoryMebibytes: number): number =>
    Math.max(1, Math.min(Math.floor(memoryMebibytes / MEBIBYTES_A_JOB[deviceClass]), machine.cores, MOST_SLOTS));
  if (asked === 'cpu' || (asked === undefined && gpus.length === 0)) {
    return { deviceClass: 'cpu', name: cpus()[0]?.model ?? 'unknown', slots: slots('cpu', machine.memoryMebibytes) };
  }
  // The self-test finds a worker unfit that must use a GPU and has none.
  if (gpus.length === 0) return { deviceClass: 'gpu', name: 'no GPU', slots: 1 };
  return { deviceClass: 'gpu', name: gpu.name, slots: slots('gpu', gpu.memoryMebibytes) };
}

/**
 * A container's limit of memory is lower than its machine's; where there is none it is unknown, or
 * beyond all bounds.
 */
function thisMachine(): Machine {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return { cores: availableParallelism(), memoryMebibytes: bytes / 2 ** 20 };
}
