import { campaignWorkflowId, ORCHESTRATOR_QUEUE } from '@espalier/contracts';
import { unfinishedCampaigns, type Database } from '@espalier/store';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { campaign } from '@espalier/workflows/client';
import type { Logger } from 'pino';

/**
 * Sees to it that each unfinished campaign of the store has a workflow: one that was launched while Temporal was away, or
 * whose workflow Temporal has lost. Starting one that runs changes nothing.
 */
export async function startCampaigns(database: Database, client: Client, log: Logger): Promise<void> {
  for (const { id, name, state } of await unfinishedCampaigns(database)) {
    const workflowId = campaignWorkflowId(id);
    const running = await client.workflow
      .getHandle(workflowId)
      .describe()
      .then(({ status }) => status.name === 'RUNNING')
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      });
    if (running) continue;
    await client.workflow.start<typeof campaign>('campaign', {
      workflowId,
      taskQueue: ORCHESTRATOR_QUEUE,
      args: [{ campaignId: id, name, paused: state === 'paused' }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    log.info({ campaign: name, campaignId: id }, 'started the workflow of a campaign');
  }
}
