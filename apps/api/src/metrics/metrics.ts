import { CANDIDATE_STATES, WORKER_STATES } from '@espalier/contracts';
import { campaignMetrics, listWorkers, trainingMetrics, type Database } from '@espalier/store';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * Metrics for Prometheus. They come from the store, so that all instances of the API give the same,
 * and a restart resets nothing. Counters end in `_total`, although the library's type for a
 * settable value is a gauge.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #gauges = new Map<string, Gauge>();

  constructor(private readonly database: Database) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('espalier_candidates', 'Candidates by state.', ['campaign', 'state']);
    this.#gauge('espalier_hypervolume', 'Hypervolume of the front.', ['campaign']);
    this.#gauge('espalier_device_seconds_total', 'Seconds that devices were at work.', ['campaign']);
    this.#gauge('espalier_epochs_total', 'Epochs of training whose checkpoints were written.');
    this.#gauge('espalier_training_attempts_total', 'Attempts at trainings.');
    this.#gauge('espalier_trainings_total', 'Trainings; attempts beyond these went on from a checkpoint.');
    this.#gauge('espalier_queue_depth', 'Candidates that wait to be trained.');
    this.#gauge('espalier_workers', 'Workers heard of within a minute, by state.', ['state']);
    this.#gauge('espalier_worker_slots', 'Jobs that a worker can run.', ['worker']);
    this.#gauge('espalier_worker_busy_slots', 'Jobs that a worker runs.', ['worker']);
    this.#gauge('espalier_worker_heartbeat_age_seconds', 'Since a worker was last heard of.', ['worker']);
    this.#gauge('espalier_store_latency_seconds', 'How long Postgres took to answer for these figures.');
  }

  /** The text that Prometheus reads, as of now. */
  async text(): Promise<string> {
    const began = performance.now();
    const campaigns = await campaignMetrics(this.database);
    const training = await trainingMetrics(this.database);
    const workers = await listWorkers(this.database);
    const seconds = (performance.now() - began) / 1000;
    for (const gauge of this.#gauges.values()) gauge.reset();

    for (const { campaign, candidates, hypervolume, deviceSeconds } of campaigns) {
      for (const state of CANDIDATE_STATES)
        this.#set('espalier_candidates', candidates[state] ?? 0, { campaign, state });
      this.#set('espalier_hypervolume', hypervolume, { campaign });
      this.#set('espalier_device_seconds_total', deviceSeconds, { campaign });
    }
    this.#set('espalier_epochs_total', training.checkpoints);
    this.#set('espalier_training_attempts_total', training.attempts);
    this.#set('espalier_trainings_total', training.trainings);
    this.#set(
      'espalier_queue_depth',
      campaigns.reduce((sum, { candidates }) => sum + (candidates.pending ?? 0), 0),
    );
    for (const state of WORKER_STATES) {
      this.#set('espalier_workers', workers.filter((worker) => worker.state === state).length, { state });
    }
    for (const { id: worker, slots, busy, lastSeenAt } of workers) {
      this.#set('espalier_worker_slots', slots, { worker });
      this.#set('espalier_worker_busy_slots', busy, { worker });
      this.#set('espalier_worker_heartbeat_age_seconds', (Date.now() - Date.parse(lastSeenAt)) / 1000, { worker });
    }
    this.#set('espalier_store_latency_seconds', seconds);
    return this.registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: string[] = []): void {
    this.#gauges.set(name, new Gauge({ name, help, labelNames, registers: [this.registry] }));
  }

  #set(name: string, value: number, labels: Record<string, string> = {}): void {
    this.#gauges.get(name)?.set(labels, value);
  }
}
