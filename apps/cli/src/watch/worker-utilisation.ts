import type { Worker } from '@espalier/contracts';

/** Mean share of busy slots of each worker, over the snapshots. */
export class WorkerUtilisation {
  readonly #looks = new Map<string, { busy: number; slots: number }>();

  look(workers: readonly Worker[]): void {
    for (const { id, busy, slots } of workers) {
      const before = this.#looks.get(id) ?? { busy: 0, slots: 0 };
      this.#looks.set(id, { busy: before.busy + busy, slots: before.slots + slots });
    }
  }

  /** From 0 to 1; NaN for a worker without a snapshot. */
  of(workerId: string): number {
    const { busy, slots } = this.#looks.get(workerId) ?? { busy: NaN, slots: NaN };
    return busy / slots;
  }
}
