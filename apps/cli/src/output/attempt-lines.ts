import type { CampaignEvent } from '@espalier/contracts';

/** Errors of attempts that are retried, a line each, the newest first. */
export function attemptLines(events: readonly CampaignEvent[]): string[] {
  return events.map(({ at, candidate, detail }) => {
    const ofAll = detail.activity === undefined ? 'the dense network' : 'the campaign';
    const subject = candidate === null ? ofAll : `candidate ${candidate.slice(0, 8)}`;
    const of = detail.activity === undefined ? subject : `${firstLine(detail.activity)} of ${subject}`;
    return `${at.slice(11, 19)} attempt ${Number(detail.attempt)} at ${of} failed: ${firstLine(detail.type)}: ${firstLine(detail.message)}; it is tried again`;
  });
}

/** Of words that may be missing. */
export const firstLine = (words: unknown): string => (typeof words === 'string' ? words.split('\n')[0] : '–');
