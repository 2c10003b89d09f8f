import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { knownFields, ProblemSchema } from '@espalier/contracts';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { pino } from 'pino';
import { z } from 'zod';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { NestPinoLogger } from './nest-pino-logger.js';
import { PROBLEM, ProblemFilter } from './problems/problem-filter.js';
import { ContractValidationPipe } from './problems/validation-pipe.js';
import { traceRequests } from './trace-requests.js';

/** Room for the largest list of prior results. */
const LARGEST_BODY = 4 << 20;

z.config({ customError: knownFields });
const config = readConfig();
const log = pino({ name: 'api', level: config.LOG_LEVEL });
const app = await NestFactory.create<NestFastifyApplication>(
  AppModule,
  new FastifyAdapter({ loggerInstance: log, bodyLimit: LARGEST_BODY }),
  { logger: new NestPinoLogger(log) },
);
traceRequests(app.getHttpAdapter().getInstance());
app.useGlobalPipes(new ContractValidationPipe());
app.useGlobalFilters(new ProblemFilter());
app.enableShutdownHooks();

/** Swagger's types have no schema `false`, which zod's allow. */
type ResponseSchema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
const description = new DocumentBuilder()
  .setTitle('Espalier')
  .setDescription('Campaigns that search for the most energy-frugal pruned versions of a trained network.')
  .setVersion('1')
  .addGlobalResponse({
    status: 'default',
    description: 'A problem, as RFC 9457 has it.',
    content: { [PROBLEM]: { schema: z.toJSONSchema(ProblemSchema, { target: 'openapi-3.0' }) as ResponseSchema } },
  })
  .build();
SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
  jsonDocumentUrl: 'openapi.json',
});

const dashboard = fileURLToPath(new URL('.', import.meta.resolve('@espalier/dashboard/index.html')));
await app.register(fastifyStatic, { root: dashboard, prefix: '/' });
// The plot library comes from its package, so that the page works without other sites.
const echarts = fileURLToPath(new URL('.', import.meta.resolve('echarts/dist/echarts.min')));
await app.register(fastifyStatic, { root: echarts, prefix: '/echarts/', decorateReply: false });
await app.listen({ port: config.ESPALIER_API_PORT, host: config.ESPALIER_API_HOST });
