import { campaignStart, ORCHESTRATOR_QUEUE, reevaluationWorkflowId } from '@espalier/contracts';
import { campaignsToReevaluate, unfinishedCampaigns, type Database } from '@espalier/store';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { campaign, reevaluation } from '@espalier/workflows/client';
import type { Logger } from 'pino';

/**
 * Starts a workflow for each unfinished campaign and reevaluation that has none: it was launched
 * while Temporal was away, or Temporal has lost it. Running workflows stay as they are.
 */
export async function startCampaigns(database: Database, client: Client, log: Logger): Promise<void> {
  for (const unfinished of await unfinishedCampaigns(database)) {
    const { id, name } = unfinished;
    const start = campaignStart(unfinished);
    if (await isRunning(client, start.workflowId)) continue;
    await client.workflow.start<typeof campaign>('campaign', start);
    log.info({ campaign: name, campaignId: id }, 'started the workflow of a campaign');
  }
  for (const campaignId of await campaignsToReevaluate(database)) {
    const workflowId = reevaluationWorkflowId(campaignId);
    if (await isRunning(client, workflowId)) continue;
    await client.workflow.start<typeof reevaluation>('reevaluation', {
      workflowId,
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [{ campaignId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      priority: { fairnessKey: campaignId },
    });
    log.info({ campaignId }, 'started the workflow of a reevaluation');
  }
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
