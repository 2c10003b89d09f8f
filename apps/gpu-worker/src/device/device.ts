import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceClass } from '@espalier/contracts';
import { listGpus, type Gpu } from '@espalier/machine/gpus';

/** What a worker trains on. */
export interface Device {
  readonly deviceClass: DeviceClass;
  /** As its driver calls it. */
  readonly name: string;
  /** Jobs that it has room for at the same time. */
  readonly slots: number;
}

/** What a machine has for its jobs. */
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
 * The first GPU that this process may use, or the processor, with as many slots as its memory has
 * room for: on either no more than there are cores, which feed a GPU too, and of which small
 * networks leave most idle.
 *
 * @param asked the class to be; without it, a GPU is used if there is one
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
  // A worker that was told to use a GPU and has none is found unfit by its self-test.
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
