import type { CampaignPlan, LoadedPlan } from '@espalier/contracts';
import { campaignActivities } from './activities.js';

/** The plan with a class of device, waited for where no worker is there that would say which. */
export async function resolveDeviceClass(
  campaignId: string,
  { deviceClass, ...plan }: LoadedPlan,
): Promise<CampaignPlan> {
  if (deviceClass !== null) return { ...plan, deviceClass };
  return { ...plan, ...(await campaignActivities.chooseDevice(campaignId)) };
}
