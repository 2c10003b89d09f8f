import { RandomStream } from '@espalier/random';

export const PROCESSES = ['worker', 'worker-2', 'orchestrator', 'api', 'temporal', 'postgres'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Who talks to whom. */
export const LINKS = [
  'worker>temporal',
  'worker>api',
  'worker-2>temporal',
  'worker-2>api',
  'orchestrator>temporal',
  'orchestrator>postgres',
  'api>temporal',
  'api>postgres',
] as const;
export type LinkName = (typeof LINKS)[number];

export type Fault =
  | { kind: 'kill'; process: ProcessName }
  | { kind: 'kill-training'; worker: 'worker' | 'worker-2' }
  | { kind: 'stop'; process: ProcessName; seconds: number }
  | { kind: 'cut'; link: LinkName; seconds: number }
  | { kind: 'delay'; link: LinkName; seconds: number; milliseconds: number }
  | { kind: 'corrupt-checkpoint' }
  | { kind: 'fill-disk'; seconds: number };

export interface PlannedFault {
  /** After the fault before it. */
  readonly afterSeconds: number;
  readonly fault: Fault;
}

/**
 * Longer than the heartbeats of a training may be away: its attempt is given to another worker
 * meanwhile.
 */
const STOP_SECONDS = 18;

/** The faults of a run, by its seed alone, so that a run that failed can be made again. */
export function faultPlan(seed: number, count: number): PlannedFault[] {
  const random = new RandomStream(seed, 0);
  const one = <T>(of: readonly T[]): T => of[random.integer(0, of.length - 1)];
  const kinds: readonly (() => Fault)[] = [
    () => ({ kind: 'kill', process: one(PROCESSES) }),
    () => ({ kind: 'kill', process: one(PROCESSES) }),
    () => ({ kind: 'kill-training', worker: one(['worker', 'worker-2'] as const) }),
    () => ({ kind: 'stop', process: one(PROCESSES), seconds: STOP_SECONDS }),
    () => ({ kind: 'cut', link: one(LINKS), seconds: random.integer(2, STOP_SECONDS) }),
    () => ({ kind: 'delay', link: one(LINKS), seconds: random.integer(5, 15), milliseconds: random.integer(50, 400) }),
    () => ({ kind: 'corrupt-checkpoint' }),
    () => ({ kind: 'fill-disk', seconds: random.integer(2, 6) }),
  ];
  return Array.from({ length: count }, () => ({ afterSeconds: random.integer(2, 10), fault: one(kinds)() }));
}

/** Kills alone, of all that can be killed in turn. */
export function killPlan(seed: number, count: number): PlannedFault[] {
  const random = new RandomStream(seed, 1);
  const victims: readonly Fault[] = [
    { kind: 'kill-training', worker: 'worker' },
    ...PROCESSES.filter((name) => name !== 'worker-2').map((process) => ({ kind: 'kill' as const, process })),
  ];
  return Array.from({ length: count }, (_, i) => ({
    afterSeconds: random.integer(2, 5),
    fault: victims[i % victims.length],
  }));
}

export function describeFault(fault: Fault): string {
  return Object.values(fault).join(' ');
}
