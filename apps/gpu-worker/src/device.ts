import { cpus } from 'node:os';
import type { DeviceClass } from '@espalier/contracts';
import { graphicsCards, type GraphicsCard } from '@espalier/setup/graphics-cards';

/** What a worker trains on. */
export interface Device {
  readonly deviceClass: DeviceClass;
  /** As its driver calls it. */
  readonly name: string;
  /** Jobs that it has room for at the same time. */
  readonly slots: number;
}

/** On an H100 a training of ResNet-20 took 0.6 GiB of the card and one of a MobileNetV2 for small images 2.3 (bench/RESULTS.md); larger
 * images take more. */
const MEBIBYTES_A_JOB = 6 * 1024;
const MOST_SLOTS = 8;

/**
 * The first card that this process may use, or the processor: a CPU has a slot for each core, since small networks leave cores idle
 * otherwise, and a card one for so much memory, but no more than there are cores to feed it.
 *
 * @param asked the class to be; without it, a card is used if there is one
 */
export function findDevice(
  asked: DeviceClass | undefined,
  cores: number,
  cards: readonly GraphicsCard[] = graphicsCards(),
): Device {
  const [card] = cards;
  if (asked === 'cpu' || (asked === undefined && cards.length === 0)) {
    return { deviceClass: 'cpu', name: cpus()[0]?.model ?? 'unknown', slots: Math.min(cores, MOST_SLOTS) };
  }
  // A worker that was told to use a card and has none is found unfit by its self-test.
  if (cards.length === 0) return { deviceClass: 'gpu', name: 'no card', slots: 1 };
  const fit = Math.floor(card.memoryMebibytes / MEBIBYTES_A_JOB);
  return { deviceClass: 'gpu', name: card.name, slots: Math.max(1, Math.min(fit, cores, MOST_SLOTS)) };
}
