import {
  AttemptErrorAnswerSchema,
  AttemptErrorSchema,
  AttemptName,
  DeviceUseSchema,
  WorkerListSchema,
  WorkerRegistrationSchema,
  WorkerOrdersSchema,
  type AttemptError,
  type AttemptErrorAnswer,
  type DeviceUse,
  type Worker,
  type WorkerOrders,
  type WorkerRegistration,
} from '@espalier/contracts';
import {
  drainWorker,
  listWorkers,
  recordAttemptError,
  recordDeviceUse,
  registerWorker,
  type Database,
} from '@espalier/store';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DATABASE } from '../connections.js';
import { invalidFields } from '../problems/problem.js';

@ApiTags('workers')
@Controller('v1/workers')
export class WorkersController {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  @Get()
  @ApiOkResponse({ standardSchema: WorkerListSchema, description: 'Workers heard of within the last minute.' })
  async list(): Promise<{ items: Worker[] }> {
    return { items: await listWorkers(this.database) };
  }

  @Put(':id')
  @ApiOkResponse({ standardSchema: WorkerOrdersSchema, description: 'Noted; and what the worker is asked to do.' })
  async register(
    @Param('id') id: string,
    @Body({ schema: WorkerRegistrationSchema }) worker: WorkerRegistration,
  ): Promise<WorkerOrders> {
    if (worker.id !== id) throw invalidFields([{ field: 'id', value: worker.id, message: `the path says '${id}'` }]);
    return registerWorker(this.database, worker);
  }

  @Post(':id/drain')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'The worker hands back what it trains, to go on elsewhere, and takes no more.' })
  async drain(@Param('id') id: string): Promise<void> {
    await drainWorker(this.database, id);
  }

  @Put('uses/:attempt')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'How long an attempt at a job kept a device busy is written down, once.' })
  async use(
    @Param('attempt', { schema: AttemptName }) attempt: string,
    @Body({ schema: DeviceUseSchema }) use: DeviceUse,
  ): Promise<void> {
    await recordDeviceUse(this.database, attempt, use);
  }

  @Post('attempt-errors')
  @HttpCode(200)
  @ApiOkResponse({
    standardSchema: AttemptErrorAnswerSchema,
    description: "Written into the campaign's log, once; and how often the job has failed equally in a row.",
  })
  async attemptError(@Body({ schema: AttemptErrorSchema }) error: AttemptError): Promise<AttemptErrorAnswer> {
    return { inARow: await recordAttemptError(this.database, error) };
  }
}
