import { startTestPostgres } from '@espalier/embedded/testing';
import { openDatabase, type Database } from '@espalier/store';
import { afterAll, beforeAll } from '@jest/globals';

/**
 * Has the tests of a file share a database: it is there before the first of them, and gone after
 * the last.
 */
export function withTestDatabase(opened: (database: Database) => void): void {
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const postgres = await startTestPostgres();
    const database = openDatabase(postgres.url);
    stop = async () => {
      await database.$disconnect();
      await postgres.stop();
    };
    opened(database);
  }, 120_000);
  afterAll(() => stop());
}
