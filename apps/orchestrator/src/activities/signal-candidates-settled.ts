import { campaignWorkflowId } from '@espalier/contracts';
import { candidatesSettledSignal } from '@espalier/workflows/client';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** Tells a campaign's workflow, where there is one, of candidates whose end is recorded. */
export async function signalCandidatesSettled(
  client: Client,
  campaignId: string,
  candidateIds: readonly string[],
): Promise<void> {
  try {
    await client.workflow.getHandle(campaignWorkflowId(campaignId)).signal(candidatesSettledSignal, [...candidateIds]);
  } catch (error) {
    // The campaign has finished, or is about to start again: it reads the records in the store.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
