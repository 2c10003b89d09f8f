import type { PruningSchedule, ScheduleSpace } from '@espalier/contracts';
import { RandomStream } from '@espalier/random';
import { FrontierSearch } from '../frontier/frontier-search.js';
import { ScheduleCoding } from '../schedule-coding.js';
import type { Asked, Foreknowledge, Strategy, Told } from '../strategy.js';

/** Of results with a known and a measured energy, the last so many say how they differ. */
const COMPARED = 20;
const FEWEST_TO_LEARN_FROM = 4;

/**
 * Learns what a schedule does to accuracy, and asks for the one whose result is expected to add most to the front's hypervolume. Where
 * the energy of a schedule is known beforehand it is not learned. Candidates that are under way are taken to come out as is believed.
 */
export class FrontierStrategy implements Strategy {
  readonly #coding: ScheduleCoding;
  readonly #search: FrontierSearch;
  readonly #seen = new Set<string>();
  readonly #ratios: number[] = [];
  readonly #initial: number;
  #prior = 0;

  /** @param leastAccuracy below which results are worth nothing */
  constructor(
    space: ScheduleSpace,
    readonly seed: number,
    leastAccuracy: number,
    private readonly foreknowledge: Foreknowledge,
  ) {
    this.#coding = new ScheduleCoding(space);
    this.#initial = Math.min(20, Math.max(5, this.#coding.dimensions + 2));
    const { energyOf, denseEnergy } = foreknowledge;
    this.#search = new FrontierSearch(this.#coding.cube(), {
      reference: [1 - leastAccuracy, 1],
      isShare: true,
      ...(energyOf && { known: (point) => (energyOf(this.#coding.decode(point)) / denseEnergy) * this.#ratio() }),
    });
  }

  tell(results: readonly Told[]): void {
    for (const { number, schedule, result } of results) {
      if (number === null) this.#prior++;
      this.#seen.add(JSON.stringify(schedule));
      const point = this.#coding.encode(schedule);
      const [loss, energy] = result?.objectives ?? [NaN, NaN];
      if (!Number.isFinite(loss) || !Number.isFinite(energy)) this.#search.observeFailure(point);
      else {
        const known = this.foreknowledge.energyOf?.(schedule);
        if (known !== undefined) this.#ratios.push(energy / known);
        this.#search.observe(point, [loss, energy / this.foreknowledge.denseEnergy]);
      }
    }
  }

  ask(number: number, pending: readonly PruningSchedule[] = []): Asked {
    const random = new RandomStream(this.seed, number);
    const taken = new Set([...this.#seen, ...pending.map((schedule) => JSON.stringify(schedule))]);
    const asked = this.#isBeginning(number)
      ? [this.#search.spread(random, (number + this.#prior + random.uniform()) / this.#initial)]
      : this.#search.propose(
          random,
          pending.map((schedule) => this.#coding.encode(schedule)),
        );
    // Where all that was proposed has been tried, anything else is better.
    for (let tries = 0; tries < 20; tries++) asked.push(this.#search.spread(random));
    const schedules = asked.map((point) => this.#coding.decode(point));
    const schedule = schedules.find((each) => !taken.has(JSON.stringify(each))) ?? schedules[0];
    return { schedule, lineage: { origin: this.#isBeginning(number) ? 'random' : 'proposed', parents: [] } };
  }

  /** First the space is looked at from one end to the other. */
  #isBeginning(number: number): boolean {
    return number + this.#prior < this.#initial || this.#search.observations < FEWEST_TO_LEARN_FROM;
  }

  /** What was measured of an energy, as a part of what was known: the median of the last. */
  #ratio(): number {
    const sorted = this.#ratios.slice(-COMPARED).sort((a, b) => a - b);
    return sorted.length === 0 ? 1 : sorted[sorted.length >> 1];
  }
}
