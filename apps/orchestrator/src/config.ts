import { z } from 'zod';

const Environment = z.object({
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Signs notifications as standardwebhooks.com describes; without it they are not signed. */
  ESPALIER_WEBHOOK_SECRET: z.base64({ error: 'a secret in base64' }).min(32).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

/** The process's settings, from environment variables. @throws ZodError naming the variable */
export function readConfig(): z.infer<typeof Environment> {
  return Environment.parse(process.env);
}
