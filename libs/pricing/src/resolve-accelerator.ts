import type { CampaignSpec } from '@espalier/contracts';
import { ACCELERATORS, type Accelerator } from '@espalier/energy-model';
import { NetworkError } from '@espalier/networks';

/**
 * An accelerator as a spec names it: shipped, or written out in the spec.
 *
 * @throws NetworkError when none of that name is shipped
 */
export function resolveAccelerator(nameOrDescription: CampaignSpec['accelerator']): Accelerator {
  if (typeof nameOrDescription !== 'string') return nameOrDescription;
  const shipped = ACCELERATORS.find(({ name }) => name === nameOrDescription);
  if (!shipped) {
    const names = ACCELERATORS.map(({ name }) => name).join(', ');
    throw new NetworkError(`there is no accelerator '${nameOrDescription}'; there are: ${names}`);
  }
  return shipped;
}
