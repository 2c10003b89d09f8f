import { z } from 'zod';

const Environment = z.object({
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** The artifact folder of the workers, from which deletions remove files. */
  ESPALIER_ARTIFACTS: z.string(),
  ESPALIER_API_HOST: z.string().default('127.0.0.1'),
  ESPALIER_API_PORT: z.coerce.number().int().min(0).max(65_535).default(7835),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});
export type ApiConfig = z.infer<typeof Environment>;

/** The process's settings, from environment variables. @throws ZodError naming the variable */
export function readConfig(): ApiConfig {
  return Environment.parse(process.env);
}
