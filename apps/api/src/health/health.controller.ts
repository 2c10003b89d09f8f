import type { Database } from '@espalier/store';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Client } from '@temporalio/client';
import { DATABASE, TEMPORAL } from '../connections.js';
import { ProblemException } from '../problems/problem.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TEMPORAL) private readonly temporal: Client,
  ) {}

  @Get('live')
  @ApiOkResponse({ description: 'The process answers.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOkResponse({ description: 'Postgres and Temporal answer too.' })
  async ready(): Promise<{ status: 'ok' }> {
    const [store, orchestration] = await Promise.allSettled([
      this.database.$queryRaw`SELECT 1`,
      this.temporal.connection.workflowService.getSystemInfo({}),
    ]);
    const away = [
      ...(store.status === 'rejected' ? ['Postgres'] : []),
      ...(orchestration.status === 'rejected' ? ['Temporal'] : []),
    ];
    if (away.length > 0) throw new ProblemException(503, 'Not ready', `out of reach: ${away.join(' and ')}`);
    return { status: 'ok' };
  }
}
