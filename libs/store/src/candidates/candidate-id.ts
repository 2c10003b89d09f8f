import { createHash } from 'node:crypto';

/** A candidate's id follows from its campaign and number, so that asking twice makes it once. */
export function candidateId(campaignId: string, number: number): string {
  const hash = createHash('sha256').update(`${campaignId}/${number}`).digest();
  hash[6] = (hash[6] & 0x0f) | 0x80; // UUID version 8 (RFC 9562): made by the application
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
