import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/client.js';

export type Database = PrismaClient;

/**
 * Opens a pool of connections; `$disconnect` closes it. Nothing is connected before the first
 * query.
 */
export function openDatabase(connectionString: string): Database {
  return new PrismaClient({
    adapter: new PrismaPg({ connectionString, connectionTimeoutMillis: 5_000, max: 10 }),
  });
}

/** Whether an error says that a row is not there any more that was found before. */
export function isRecordGone(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2025';
}

/**
 * Whether an error says that Postgres is out of reach, rather than that it refused what was asked:
 * it may pass.
 */
export function isDatabaseUnreachable(error: unknown): boolean {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^(P1001|P1002|P1008|P1017|P2024|ECONNREFUSED|ECONNRESET|57P0[123])$/.test(code)) {
      return true;
    }
    if (
      /ECONNREFUSED|Connection terminated|DatabaseNotReachable|Can't reach database|ConnectionClosed/.test(at.message)
    ) {
      return true;
    }
  }
  return false;
}
