import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceClass } from '@espalier/contracts';
import { listGpus, type GraphicsCard } from '@espalier/machine/gpus';

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
 * an H100 a training of ResNet-20 took 580 of the card and one of a MobileNetV2 for small images
 * 2,360 (bench/RESULTS.md). Larger images take more.
 */
const MEBIBYTES_A_JOB = { cpu: 2 * 1024, gpu: 6 * 1024 };
const MOST_SLOTS = 8;

/**
 * The first card that this process may use, or the processor, with as many slots as its memory has
 * room for: on either no more than there are cores, which feed a card too, and of which small
 * networks leave most idle.
 *
 * @param asked the class to be; without it, a card is used if there is one
 */
export function findDevice(
  asked: DeviceClass | undefined,
  machine: Machine = thisMachine(),
  cards: readonly GraphicsCard[] = listGpus(),
): Device {
  const [card] = cards;
  const slots = (deviceClass: DeviceClass, memoryMebibytes: number): number =>
    Math.max(1, Math.min(Math.floor(memoryMebibytes / MEBIBYTES_A_JOB[deviceClass]), machine.cores, MOST_SLOTS));
  if (asked === 'cpu' || (asked === undefined && cards.length === 0)) {
    return { deviceClass: 'cpu', name: cpus()[0]?.model ?? 'unknown', slots: slots('cpu', machine.memoryMebibytes) };
  }
  // A worker that was told to use a card and has none is found unfit by its self-test.
  if (cards.length === 0) return { deviceClass: 'gpu', name: 'no card', slots: 1 };
  return { deviceClass: 'gpu', name: card.name, slots: slots('gpu', card.memoryMebibytes) };
}

/**
 * A container's limit of memory is lower than its machine's; where there is none it is unknown, or
 * beyond all bounds.
 */
function thisMachine(): Machine {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return { cores: availableParallelism(), memoryMebibytes: bytes / 2 ** 20 };
}
