import { startTestPostgres } from '@espalier/embedded/testing';
import { openDatabase, type Database } from './database.js';

/** A database of its own for a test file; `stop` closes it and ends its Postgres. */
export async function startTestDatabase(): Promise<{ database: Database; url: string; stop: () => Promise<void> }> {
  const postgres = await startTestPostgres();
  const database = openDatabase(postgres.url);
  return {
    database,
    url: postgres.url,
    stop: async () => {
      await database.$disconnect();
      await postgres.stop();
    },
  };
}
