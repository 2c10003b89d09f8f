import type { WorkerRegistration } from '@espalier/contracts';
import type { Logger } from 'pino';

const EVERY_MS = 15_000;

/** Tells the API every quarter of a minute that this worker is there; training goes on when the API is not. */
export function keepRegistered(apiUrl: string, worker: WorkerRegistration, log: Logger): { stop: () => void } {
  const register = async (): Promise<void> => {
    const response = await fetch(new URL(`/v1/workers/${encodeURIComponent(worker.id)}`, apiUrl), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(worker),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  };
  const attempt = (): void =>
    void register().catch((error: unknown) => log.debug({ error }, 'the API does not hear this worker'));
  attempt();
  const timer = setInterval(attempt, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
