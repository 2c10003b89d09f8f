import { candidateWorkflowId } from '@espalier/contracts/workflow-messages';
import { getExternalWorkflowHandle, type ExternalWorkflowHandle } from '@temporalio/workflow';
import { releaseSignal } from './messages.js';

/** Cancels the workflows of candidates. */
export function cancelCandidates(candidateIds: readonly string[]): void {
  send(candidateIds, (candidate) => candidate.cancel());
}

/**
 * Stops candidates where they are. The store has them as unfinished: a resume starts them again.
 */
export function releaseCandidates(candidateIds: readonly string[]): void {
  send(candidateIds, (candidate) => candidate.signal(releaseSignal));
}

function send(candidateIds: readonly string[], message: (candidate: ExternalWorkflowHandle) => Promise<void>): void {
  for (const candidateId of candidateIds) {
    // A candidate that has just ended takes no message, and needs none.
    void message(getExternalWorkflowHandle(candidateWorkflowId(candidateId))).catch(() => undefined);
  }
}
