import type { CampaignProgress, CandidateSettled } from '@espalier/contracts';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/**
 * Asks for no more candidates; those that run finish, or with `now` stop where they are, to go on
 * from there after a resume. Refused for a campaign that is being cancelled or has ended.
 */
export const pauseUpdate = defineUpdate<CampaignProgress, [how: { now: boolean } | undefined]>('pause');
/** Goes on after a pause; on a campaign that runs it changes nothing. */
export const resumeUpdate = defineUpdate<CampaignProgress>('resume');
/**
 * Stops training within seconds and ends the campaign; its finished candidates and its front stay.
 */
export const cancelUpdate = defineUpdate<CampaignProgress>('cancel');
/** How far the campaign is, by the workflow's own count in this run. */
export const progressQuery = defineQuery<CampaignProgress>('progress');
/** Stops a candidate where it is, to be claimed again later. */
export const releaseSignal = defineSignal('release');
/** Sent when the ends of candidates are recorded. May be sent twice. */
export const candidatesSettledSignal = defineSignal<[candidateIds: string[]]>('candidatesSettled');
/** The same of one, sent by candidates that began before their ends were told together. */
export const candidateSettledSignal = defineSignal<[CandidateSettled]>('candidateSettled');
