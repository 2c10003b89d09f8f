// Records a workflow's history for the replay test: node test/record-history.mjs <address>
// <workflow id> <name>
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [, , address, workflowId, name] = process.argv;
const connection = await Connection.connect({ address });
const history = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
anonymise(history);
const bytes = proto.temporal.api.history.v1.History.encode(history).finish();
writeFileSync(new URL(`../libs/workflows/histories/${name}.binpb`, import.meta.url), bytes);
process.stdout.write(`${history.events?.length ?? 0} events of ${workflowId} recorded\n`);
await connection.close();

/**
 * Workers are named after their machine, and failures tell where the program lies; whose it was is
 * nobody's concern.
 */
function anonymise(value) {
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === 'string') value[key] = each.replaceAll(hostname(), 'host').replaceAll(ROOT, '');
    else if (typeof each === 'object' && each !== null && !ArrayBuffer.isView(each)) anonymise(each);
  }
}
