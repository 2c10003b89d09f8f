import { openDatabase, type Database } from '@espalier/store';
import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Client, Connection } from '@temporalio/client';
import { readConfig } from './config.js';

export const DATABASE = Symbol('database');
export const TEMPORAL = Symbol('temporal');

/** The two things that the API talks to. Both connect when first used, so that the API starts, and says so, without them. */
@Global()
@Module({
  providers: [
    { provide: DATABASE, useFactory: () => openDatabase(readConfig().DATABASE_URL) },
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
  exports: [DATABASE, TEMPORAL],
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
