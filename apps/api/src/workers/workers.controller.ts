import { WorkerListSchema, WorkerRegistrationSchema, type Worker, type WorkerRegistration } from '@espalier/contracts';
import { listWorkers, registerWorker, type Database } from '@espalier/store';
import { Body, Controller, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
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
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Noted.' })
  async register(
    @Param('id') id: string,
    @Body({ schema: WorkerRegistrationSchema }) worker: WorkerRegistration,
  ): Promise<void> {
    if (worker.id !== id) throw invalidFields([{ field: 'id', value: worker.id, message: `the path says '${id}'` }]);
    await registerWorker(this.database, worker);
  }
}
