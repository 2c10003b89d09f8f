import type { Database } from '@espalier/store';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DATABASE } from '../connections.js';
import { Metrics } from './metrics.js';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  readonly #metrics: Metrics;

  constructor(@Inject(DATABASE) database: Database) {
    this.#metrics = new Metrics(database);
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOkResponse({ description: 'Figures for Prometheus.' })
  text(): Promise<string> {
    return this.#metrics.text();
  }
}
