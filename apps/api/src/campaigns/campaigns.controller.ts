import {
  CampaignListSchema,
  CampaignSchema,
  CampaignSpecSchema,
  DeleteRequestSchema,
  DeletionSchema,
  ExtendRequestSchema,
  ExtensionSchema,
  LaunchRequestSchema,
  PauseRequestSchema,
  RetryRequestSchema,
  RetrySchema,
  type Campaign,
  type CampaignSpec,
  type DeleteRequest,
  type Deletion,
  type ExtendRequest,
  type Extension,
  type LaunchRequest,
  type PauseRequest,
  type Retry,
  type RetryRequest,
} from '@espalier/contracts';
import { findCampaign, listCampaigns, type Database } from '@espalier/store';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DATABASE } from '../connections.js';
import { invalidFields } from '../problems/problem.js';
import { CampaignsService } from './campaigns.service.js';

const LONGEST_KEY = 200;
const CampaignQuery = z.strictObject({ archived: z.stringbool().default(false) });

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
}
