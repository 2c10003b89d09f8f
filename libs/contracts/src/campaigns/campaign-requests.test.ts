import { describe, expect, it } from '@jest/globals';
import { ExtendRequestSchema, RepriceRequestSchema } from '../index.js';

describe('a request about a campaign', () => {
  it('has nothing where nothing was said, so that the campaign’s own holds and not a default', () => {
    expect(RepriceRequestSchema.parse({})).toEqual({});
    expect(RepriceRequestSchema.parse({ accelerator: 'scnn' })).toEqual({ accelerator: 'scnn' });
    expect(ExtendRequestSchema.parse({ deviceHours: 2 })).toEqual({ deviceHours: 2, dryRun: false });
  });
});
