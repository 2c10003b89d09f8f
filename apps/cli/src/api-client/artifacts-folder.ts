import { join } from 'node:path';
import { homeFolder } from '@espalier/embedded';

/** Where the artifact store is that this machine's workers use. */
export function artifactsFolder(): string {
  return process.env.ESPALIER_ARTIFACTS ?? join(homeFolder(), 'artifacts');
}
