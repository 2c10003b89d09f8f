import { WorkerOrdersSchema, type WorkerRegistration } from '@espalier/contracts';
import type { Logger } from 'pino';

const EVERY_MS = 5_000;

/**
 * Sends heartbeats to the API every few seconds and receives its orders. Training goes on while the
 * API is away.
 */
export class Registration {
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly apiUrl: string,
    private readonly describe: () => WorkerRegistration,
    private readonly onDrain: () => void,
    private readonly log: Logger,
  ) {
    this.#timer = setInterval(() => void this.say(), EVERY_MS);
    void this.say();
  }

  async say(): Promise<void> {
    try {
      const worker = this.describe();
      const response = await fetch(new URL(`/v1/workers/${encodeURIComponent(worker.id)}`, this.apiUrl), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(worker),
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      if (WorkerOrdersSchema.parse(await response.json()).drain) this.onDrain();
    } catch (error) {
      this.log.debug({ error }, 'the API does not hear this worker');
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
