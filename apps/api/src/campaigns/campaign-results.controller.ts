import {
  CandidatePageSchema,
  CandidateQuerySchema,
  EventListSchema,
  FrontSchema,
  ReevaluateRequestSchema,
  ReevaluationSchema,
  RepriceRequestSchema,
  type CampaignEvent,
  type CandidatePage,
  type CandidateQuery,
  type Front,
  type ReevaluateRequest,
  type Reevaluation,
  type RepriceRequest,
} from '@espalier/contracts';
import {
  listCandidates,
  listEvents,
  readFront,
  readReevaluation,
  resolveCampaignId,
  type Database,
} from '@espalier/store';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DATABASE } from '../connections.js';
import { CampaignsService } from './campaigns.service.js';

const EventQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Only events of this kind, such as candidate-failed. */
  kind: z.string().max(100).optional(),
});

/** Results of a campaign: front, candidates, events, reevaluation. */
@ApiTags('campaigns')
@Controller('v1/campaigns')
export class CampaignResultsController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  @Post(':campaign/reprice')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: FrontSchema,
    description: 'The front that the candidates make on another chip, from their stored sparsity profiles.',
  })
  reprice(
    @Param('campaign') campaign: string,
    @Body({ schema: RepriceRequestSchema }) request: RepriceRequest,
  ): Promise<Front> {
    return this.campaigns.reprice(campaign, request);
  }

  @Post(':campaign/reevaluate')
  @HttpCode(202)
  @ApiAcceptedResponse({
    standardSchema: ReevaluationSchema,
    description: 'The members of the front are pruned and trained again, each with so many other seeds.',
  })
  reevaluate(
    @Param('campaign') campaign: string,
    @Body({ schema: ReevaluateRequestSchema }) request: ReevaluateRequest,
  ): Promise<Reevaluation> {
    return this.campaigns.reevaluate(campaign, request);
  }

  @Post(':campaign/reevaluate/stop')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: ReevaluationSchema, description: 'What is left of it is given up.' })
  stopReevaluation(@Param('campaign') campaign: string): Promise<Reevaluation> {
    return this.campaigns.stopReevaluation(campaign);
  }

  @Get(':campaign/reevaluation')
  @ApiOkResponse({
    standardSchema: ReevaluationSchema,
    description: 'What the members of the front came to with other seeds: means and their 95 % intervals.',
  })
  async reevaluation(@Param('campaign') campaign: string): Promise<Reevaluation> {
    const id = await resolveCampaignId(this.database, campaign);
    return readReevaluation(this.database, id);
  }

  @Get(':campaign/candidates')
  @ApiOkResponse({ standardSchema: CandidatePageSchema, description: 'A page of candidates.' })
  async candidates(
    @Param('campaign') campaign: string,
    @Query({ schema: CandidateQuerySchema }) query: CandidateQuery,
  ): Promise<CandidatePage> {
    const id = await resolveCampaignId(this.database, campaign);
    return listCandidates(this.database, id, query);
  }

  @Get(':campaign/front')
  @ApiOkResponse({ standardSchema: FrontSchema, description: 'The front as of the last result.' })
  async front(@Param('campaign') campaign: string): Promise<Front> {
    const id = await resolveCampaignId(this.database, campaign);
    return readFront(this.database, id);
  }

  @Get(':campaign/events')
  @ApiOkResponse({
    standardSchema: EventListSchema,
    description: 'What happened, newest first.',
  })
  async events(
    @Param('campaign') campaign: string,
    @Query({ schema: EventQuery }) { limit, kind }: z.infer<typeof EventQuery>,
  ): Promise<{ items: CampaignEvent[] }> {
    const id = await resolveCampaignId(this.database, campaign);
    return { items: await listEvents(this.database, id, limit, kind) };
  }
}
