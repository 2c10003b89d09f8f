import { FolderArtifactStore } from '@espalier/artifacts';
import { openDatabase, type Database } from '@espalier/store';
import { startTracing, type Tracing } from '@espalier/tracing';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Client, Connection } from '@temporalio/client';
import { readConfig } from './config.js';

export const DATABASE = Symbol('database');
export const ARTIFACTS = Symbol('artifacts');
export const TEMPORAL = Symbol('temporal');
const TRACING = Symbol('tracing');

/**
 * Connections of the API. Postgres and Temporal connect at first use, so that the API starts
 * without them and reports it.
 */
@Global()
@Module({
  providers: [
    { provide: TRACING, useFactory: () => startTracing('api') },
    { provide: DATABASE, useFactory: () => openDatabase(readConfig().DATABASE_URL) },
    { provide: ARTIFACTS, useFactory: () => new FolderArtifactStore(readConfig().ESPALIER_ARTIFACTS) },
    {
      provide: TEMPORAL,
      inject: [TRACING],
      useFactory: ({ plugins }: Tracing) => {
        const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = readConfig();
        return new Client({
          connection: Connection.lazy({ address: TEMPORAL_ADDRESS, connectTimeout: '5s' }),
          namespace: TEMPORAL_NAMESPACE,
          plugins,
        });
      },
    },
  ],
  exports: [ARTIFACTS, DATABASE, TEMPORAL],
})
export class ConnectionsModule implements OnApplicationShutdown {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.temporal.connection.close();
    await this.database.$disconnect();
    await this.tracing.stop();
  }
}
