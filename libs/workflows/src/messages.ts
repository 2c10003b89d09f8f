import type { CampaignProgress, CandidateSettled } from '@espalier/contracts';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** Asks for no more candidates; those that run finish. Refused for a campaign that is being cancelled or has ended. */
export const pauseUpdate = defineUpdate<CampaignProgress>('pause');
/** Goes on after a pause; on a campaign that runs it changes nothing. */
export const resumeUpdate = defineUpdate<CampaignProgress>('resume');
/** Stops training within seconds and ends the campaign; its finished candidates and its front stay. */
export const cancelUpdate = defineUpdate<CampaignProgress>('cancel');
/** How far the campaign is, by the workflow's own count in this run. */
export const progressQuery = defineQuery<CampaignProgress>('progress');
/** Sent by a candidate when its end is recorded. May be sent twice. */
export const candidateSettledSignal = defineSignal<[CandidateSettled]>('candidateSettled');
