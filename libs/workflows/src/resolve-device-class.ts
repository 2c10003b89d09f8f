import type { CampaignPlan, LoadedPlan } from '@espalier/contracts';
import { campaignActivities } from './activities.js';

/** The plan with a device class. Waits for a worker when the spec names none. */
export async function resolveDeviceClass(
  campaignId: string,
  { deviceClass, ...plan }: LoadedPlan,
): Promise<CampaignPlan> {
  if (deviceClass !== null) return { ...plan, deviceClass };
  return { ...plan, ...(await campaignActivities.chooseDevice(campaignId)) };
}
