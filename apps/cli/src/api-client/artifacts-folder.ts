import { join } from 'node:path';
import { homeFolder } from '@espalier/embedded';

/** The artifact folder of this machine's workers. */
export function artifactsFolder(): string {
  return process.env.ESPALIER_ARTIFACTS ?? join(homeFolder(), 'artifacts');
}
