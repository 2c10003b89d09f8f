import {
  CampaignListSchema,
  CampaignSchema,
  CampaignSpecSchema,
  CandidatePageSchema,
  CandidateQuerySchema,
  DeleteRequestSchema,
  DeletionSchema,
  EventListSchema,
  ExtendRequestSchema,
  ExtensionSchema,
  FrontSchema,
  LaunchRequestSchema,
  PauseRequestSchema,
  ReevaluateRequestSchema,
  ReevaluationSchema,
  RepriceRequestSchema,
  RetryRequestSchema,
  RetrySchema,
  type Campaign,
  type CampaignEvent,
  type CampaignSpec,
  type CandidatePage,
  type CandidateQuery,
  type DeleteRequest,
  type Deletion,
  type ExtendRequest,
  type Extension,
  type Front,
  type LaunchRequest,
  type PauseRequest,
  type ReevaluateRequest,
  type Reevaluation,
  type RepriceRequest,
  type Retry,
  type RetryRequest,
} from '@espalier/contracts';
import {
  findCampaign,
  listCampaigns,
  listCandidates,
  listEvents,
  readFront,
  readReevaluation,
  type Database,
} from '@espalier/store';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DATABASE } from '../connections.js';
import { invalidFields } from '../problems/problem.js';
import { CampaignsService } from './campaigns.service.js';

const LONGEST_KEY = 200;
const CampaignQuery = z.strictObject({ archived: z.stringbool().default(false) });
const EventQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Only events of this kind, such as candidate-failed. */
  kind: z.string().max(100).optional(),
});

@ApiTags('campaigns')
@Controller('v1/campaigns')
export class CampaignsController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  @Post()
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repeated launch with the same key gives the first campaign.',
  })
  @ApiCreatedResponse({ standardSchema: CampaignSchema, description: 'The campaign, launched.' })
  launch(
    @Body({ schema: LaunchRequestSchema }) request: LaunchRequest,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<Campaign> {
    if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > LONGEST_KEY)) {
      throw invalidFields([{ field: 'Idempotency-Key', message: `must have 1 to ${LONGEST_KEY} characters` }]);
    }
    return this.campaigns.launch(request, idempotencyKey ?? null);
  }

  @Post('check')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: CampaignSpecSchema,
    description: 'The spec with its defaults, if it is one that can be launched. Nothing is written.',
  })
  check(@Body({ schema: LaunchRequestSchema }) { priorResults, ...spec }: LaunchRequest): Promise<CampaignSpec> {
    return this.campaigns.check(spec, priorResults);
  }

  @Get()
  @ApiOkResponse({
    standardSchema: CampaignListSchema,
    description: 'The newest 200 campaigns; `archived=true`: those put away too.',
  })
  async list(
    @Query({ schema: CampaignQuery }) { archived }: z.infer<typeof CampaignQuery>,
  ): Promise<z.infer<typeof CampaignListSchema>> {
    return { items: await listCampaigns(this.database, archived) };
  }

  @Get(':campaign')
  @ApiOkResponse({ standardSchema: CampaignSchema, description: 'A campaign, by name or id.' })
  show(@Param('campaign') campaign: string): Promise<Campaign> {
    return findCampaign(this.database, campaign);
  }

  @Post(':campaign/pause')
  @HttpCode(202)
  @ApiAcceptedResponse({
    standardSchema: CampaignSchema,
    description: 'No more candidates are asked for; those that run finish, or with `now` stop where they are.',
  })
  pause(
    @Param('campaign') campaign: string,
    @Body({ schema: PauseRequestSchema }) request: PauseRequest,
  ): Promise<Campaign> {
    return this.campaigns.tell(campaign, 'pause', request);
  }

  @Post(':campaign/resume')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: CampaignSchema, description: 'The campaign goes on.' })
  resume(@Param('campaign') campaign: string): Promise<Campaign> {
    return this.campaigns.tell(campaign, 'resume');
  }

  @Post(':campaign/cancel')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: CampaignSchema, description: 'Training stops within seconds; results stay.' })
  cancel(@Param('campaign') campaign: string): Promise<Campaign> {
    return this.campaigns.tell(campaign, 'cancel');
  }

  @Post(':campaign/extend')
  @HttpCode(202)
  @ApiAcceptedResponse({
    standardSchema: ExtensionSchema,
    description: 'A campaign that has ended goes on up to larger budgets. Those that it has already change nothing.',
  })
  extend(
    @Param('campaign') campaign: string,
    @Body({ schema: ExtendRequestSchema }) request: ExtendRequest,
  ): Promise<Extension> {
    return this.campaigns.extend(campaign, request);
  }

  @Post(':campaign/retry-failed')
  @HttpCode(202)
  @ApiAcceptedResponse({
    standardSchema: RetrySchema,
    description: 'Candidates that failed are tried again: all, those of one type of error, or those named.',
  })
  retry(
    @Param('campaign') campaign: string,
    @Body({ schema: RetryRequestSchema }) request: RetryRequest,
  ): Promise<Retry> {
    return this.campaigns.retry(campaign, request);
  }

  @Post(':campaign/archive')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: CampaignSchema,
    description: 'A campaign that has ended is kept, and listed no longer.',
  })
  archive(@Param('campaign') campaign: string): Promise<Campaign> {
    return this.campaigns.archive(campaign);
  }

  @Post(':campaign/delete')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: DeletionSchema,
    description: 'A campaign that has ended is removed, with the files that nothing else refers to.',
  })
  remove(
    @Param('campaign') campaign: string,
    @Body({ schema: DeleteRequestSchema }) request: DeleteRequest,
  ): Promise<Deletion> {
    return this.campaigns.remove(campaign, request);
  }

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
    const { id } = await findCampaign(this.database, campaign);
    return readReevaluation(this.database, id);
  }

  @Get(':campaign/candidates')
  @ApiOkResponse({ standardSchema: CandidatePageSchema, description: 'A page of candidates.' })
  async candidates(
    @Param('campaign') campaign: string,
    @Query({ schema: CandidateQuerySchema }) query: CandidateQuery,
  ): Promise<CandidatePage> {
    const { id } = await findCampaign(this.database, campaign);
    return listCandidates(this.database, id, query);
  }

  @Get(':campaign/front')
  @ApiOkResponse({ standardSchema: FrontSchema, description: 'The front as of the last result.' })
  async front(@Param('campaign') campaign: string): Promise<Front> {
    const { id } = await findCampaign(this.database, campaign);
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
    const { id } = await findCampaign(this.database, campaign);
    return { items: await listEvents(this.database, id, limit, kind) };
  }
}
