import { CandidateDetailSchema, type CandidateDetail } from '@espalier/contracts';
import { findCandidate, type Database } from '@espalier/store';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DATABASE } from '../connections.js';

@ApiTags('candidates')
@Controller('v1/candidates')
export class CandidatesController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get(':candidate')
  @ApiOkResponse({
    standardSchema: CandidateDetailSchema,
    description: 'A candidate with its energy per layer and level and its lineage.',
  })
  show(@Param('candidate', { schema: z.uuid() }) id: string): Promise<CandidateDetail> {
    return findCandidate(this.database, id);
  }
}
