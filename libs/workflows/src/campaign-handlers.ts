import type { CampaignProgress } from '@espalier/contracts';
import { setHandler, type CancellationScope } from '@temporalio/workflow';
import { campaignActivities } from './activities.js';
import type { CampaignStatus } from './campaign-status.js';
import type { CandidateWindow } from './candidate-window.js';
import { cancelCandidates, releaseCandidates } from './message-candidates.js';
import {
  cancelUpdate,
  candidateSettledSignal,
  candidatesSettledSignal,
  pauseUpdate,
  progressQuery,
  resumeUpdate,
} from './messages.js';

/**
 * Sets the handlers of a campaign's messages: progress, finished candidates, pause, resume, cancel.
 *
 * @param scope what a cancellation interrupts
 */
export function handleMessages(
  campaignId: string,
  status: CampaignStatus,
  window: CandidateWindow,
  scope: CancellationScope,
): void {
  const progress = (): CampaignProgress => ({
    state: status.state,
    running: window.size,
    started: window.started,
    settled: window.finished,
  });
  const whileOpen = (verb: string): { validator: (...how: unknown[]) => void } => ({
    validator: () => status.requireOpen(verb),
  });

  setHandler(progressQuery, progress);
  setHandler(candidatesSettledSignal, (candidateIds) => window.receive(candidateIds));
  setHandler(candidateSettledSignal, ({ candidateId }) => window.receive([candidateId]));
  setHandler(
    pauseUpdate,
    async (how) => {
      status.pause();
      if (how?.now) {
        releaseCandidates(window.running);
        window.clear();
      }
      await campaignActivities.recordCampaignState(campaignId, 'paused', null);
      return progress();
    },
    whileOpen('paused'),
  );
  setHandler(
    resumeUpdate,
    async () => {
      status.resume();
      await campaignActivities.recordCampaignState(campaignId, 'running', null);
      return progress();
    },
    whileOpen('resumed'),
  );
  setHandler(
    cancelUpdate,
    () => {
      status.cancel();
      scope.cancel();
      cancelCandidates(window.running);
      return progress();
    },
    whileOpen('cancelled'),
  );
}
