import { startTestPostgres } from '@espalier/embedded/testing';
import { afterAll, beforeAll } from '@jest/globals';
import { openDatabase, type Database } from '../database/client.js';

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

/**
 * Has the tests of a file share such a database: it is there before the first of them, and gone
 * after the last.
 */
export function withTestDatabase(opened: (database: Database) => void): void {
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const started = await startTestDatabase();
    stop = started.stop;
    opened(started.database);
  });
  afterAll(() => stop());
}
