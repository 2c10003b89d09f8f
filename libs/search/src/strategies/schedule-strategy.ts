import type { PruningSchedule } from '@espalier/contracts';
import type { CubeStrategy, ExpectedImprovement } from '../space/unit-cube-space.js';
import { firstUntriedPoint } from '../space/first-untried-point.js';
import { firstUntriedProposal } from '../space/first-untried-proposal.js';
import type { ScheduleCoding } from '../space/schedule-coding.js';
import type { ScheduleProposal, Strategy, ScheduleObservation } from '../strategy.js';

/**
 * Adapts a strategy over the unit cube to schedules: no schedule is proposed twice, as long as
 * there are others.
 */
export class ScheduleStrategy implements Strategy {
  readonly #taken = new Set<string>();

  constructor(
    private readonly coding: ScheduleCoding,
    private readonly strategy: CubeStrategy,
  ) {}

  tell(results: readonly ScheduleObservation[]): void {
    for (const { schedule } of results) this.#taken.add(keyOf(schedule));
    this.strategy.tell(
      results.map(({ number, schedule, result, fidelity }) => ({
        number,
        point: this.coding.encode(schedule),
        objectives: result?.objectives ?? null,
        violation: result?.violation ?? 0,
        limited: [result?.otherCost ?? null],
        ...(fidelity !== undefined && { fidelity }),
      })),
    );
  }

  ask(number: number, pending: readonly PruningSchedule[] = []): ScheduleProposal {
    const underWay = new Set(pending.map(keyOf));
    const points = pending.map((schedule) => this.coding.encode(schedule));
    const decode = (point: readonly number[]): PruningSchedule => inOrder(this.coding.decode(point));
    const isTaken = (key: string): boolean => this.#taken.has(key) || underWay.has(key);
    const proposed = firstUntriedProposal(this.strategy.propose(number, points), decode, isTaken);
    const { proposal, decoded: schedule, key } = proposed;
    if (isTaken(key)) {
      const { counts } = this.coding;
      const untried = firstUntriedPoint(counts, (j, i) => (i + 0.5) / counts[j], decode, isTaken);
      if (untried) return { schedule: untried.decoded, lineage: { origin: 'random', parents: [] } };
    }
    const { origin, parents, remark } = proposal;
    return { schedule, lineage: { origin, parents: [...parents] }, ...(remark !== undefined && { remark }) };
  }

  expect(
    number: number,
    schedules: readonly PruningSchedule[],
    pending: readonly PruningSchedule[],
  ): ExpectedImprovement | undefined {
    const [points, underWay] = [schedules, pending].map((each) => each.map((schedule) => this.coding.encode(schedule)));
    return this.strategy.expect?.(number, points, underWay);
  }
}

/** Stored schedules come back with their fields in another order. */
const keyOf = (schedule: PruningSchedule): string => JSON.stringify(inOrder(schedule));

function inOrder<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, inOrder(each as unknown)])) as T;
}
