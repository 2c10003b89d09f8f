import { setTimeout } from 'node:timers/promises';
import type { Campaign } from '@espalier/contracts';
import type { ApiClient } from '../api-client/api-client.js';
import { CompletionRate } from './completion-rate.js';
import { CommandError } from '../command-error.js';
import { LineView } from './line-view.js';
import { LiveView } from './live-view.js';
import { WorkerUtilisation } from './worker-utilisation.js';

const EVERY_MS = 1_000;
const FAILURES = 3;

/**
 * Watches a campaign until it finishes, is paused, or `signal` aborts: a live view on a terminal,
 * lines elsewhere.
 *
 * @param onUnreachable called when the API does not answer; watching goes on
 */
export async function watchCampaign(
  api: ApiClient,
  name: string,
  { signal, onUnreachable }: { signal?: AbortSignal; onUnreachable?: () => Promise<void> } = {},
): Promise<Campaign> {
  const rate = new CompletionRate();
  const utilisation = new WorkerUtilisation();
  const view = process.stderr.isTTY ? new LiveView() : new LineView();
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const campaign = await api.campaign(name);
        const workers = await api.workers();
        utilisation.look(workers);
        view.show({
          campaign,
          front: await api.front(name),
          workers,
          utilisation,
          failures: campaign.counts.failed > 0 ? await api.events(name, FAILURES, 'candidate-failed') : [],
          attempts: await api.events(name, FAILURES, 'attempt-failed'),
          pace: rate.of(campaign, Date.now()),
        });
        if (!['pending', 'running'].includes(campaign.state)) return campaign;
      } catch (error) {
        if (!(error instanceof CommandError && error.kind === 'unavailable' && onUnreachable)) throw error;
        await onUnreachable();
      }
      await setTimeout(EVERY_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  } finally {
    view.close();
  }
}
