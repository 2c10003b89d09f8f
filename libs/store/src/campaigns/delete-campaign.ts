import { type DeleteRequest, type Deletion } from '@espalier/contracts';
import type { Database } from '../database/client.js';
import { ConflictError } from '../database/errors.js';
import { requireFinished } from './require-finished.js';

/**
 * Deletes a finished campaign: candidates, results, front and events.
 *
 * @returns with the artifacts that nothing refers to any more, so that the caller removes their
 *   files
 * @throws ConflictError when the campaign has not finished
 */
export async function deleteCampaign(
  database: Database,
  campaignId: string,
  { dryRun }: DeleteRequest,
): Promise<Omit<Deletion, 'unreferencedArtifacts'> & { artifacts: string[] }> {
  return database.$transaction(async (transaction) => {
    const name = await requireFinished(transaction, campaignId, 'deleted');
    const candidates = await transaction.candidate.count({ where: { campaignId } });
    const toDo = await transaction.replicate.count({ where: { candidate: { campaignId }, finishedAt: null } });
    if (toDo > 0) {
      throw new ConflictError(
        'campaign',
        `campaign '${name}' is being evaluated again: wait, or stop that with \`campaign reevaluate ${name} --stop\``,
      );
    }
    // Candidates of other campaigns that reuse these results have results of their own.
    const unreferenced = await transaction.$queryRaw<{ hash: string; bytes: number }[]>`
      SELECT a.hash, a.bytes FROM artifacts a
       WHERE NOT EXISTS (SELECT FROM candidates c WHERE c.artifact_hash = a.hash AND c.campaign_id <> ${campaignId}::uuid)
         AND NOT EXISTS (SELECT FROM dense_models d WHERE d.artifact_hash = a.hash)
         AND NOT EXISTS (
           SELECT FROM checkpoints p WHERE p.artifact_hash = a.hash AND NOT EXISTS (
             SELECT FROM candidates c WHERE c.campaign_id = ${campaignId}::uuid AND p.training LIKE 'candidate-' || c.id || '%'))`;
    const bytes = unreferenced.reduce((sum, artifact) => sum + artifact.bytes, 0);
    const artifacts = unreferenced.map(({ hash }) => hash);
    if (!dryRun) {
      await transaction.$executeRaw`
        DELETE FROM trainings t USING candidates c
         WHERE c.campaign_id = ${campaignId}::uuid AND t.name LIKE 'candidate-' || c.id || '%'`;
      await transaction.campaign.delete({ where: { id: campaignId } });
      await transaction.artifact.deleteMany({ where: { hash: { in: artifacts } } });
    }
    return { campaign: name, candidates, files: artifacts.length, bytes, dryRun, artifacts };
  });
}
