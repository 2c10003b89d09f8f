import { FolderArtifactStore } from '@espalier/artifacts';
import { openDatabase, type Database } from '@espalier/store';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Client, Connection } from '@temporalio/client';
import { readConfig } from './config.js';

export const DATABASE = Symbol('database');
export const ARTIFACTS = Symbol('artifacts');
export const TEMPORAL = Symbol('temporal');

/** What the API talks to. Postgres and Temporal connect when first used, so that the API starts, and says so, without them. */
@Global()
@Module({
  providers: [
    { provide: DATABASE, useFactory: () => openDatabase(readConfig().DATABASE_URL) },
    { provide: ARTIFACTS, useFactory: () => new FolderArtifactStore(readConfig().ESPALIER_ARTIFACTS) },
    {
      provide: TEMPORAL,
      useFactory: () => {
        const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = readConfig();
        return new Client({
          connection: Connection.lazy({ address: TEMPORAL_ADDRESS, connectTimeout: '5s' }),
          namespace: TEMPORAL_NAMESPACE,
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
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.temporal.connection.close();
    await this.database.$disconnect();
  }
}
