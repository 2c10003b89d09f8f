import { z } from 'zod';

const Environment = z.object({
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /**
   * Signs the word that is sent, as standardwebhooks.com has it; without it there is no signature.
   */
  ESPALIER_WEBHOOK_SECRET: z.base64({ error: 'a secret in base64' }).min(32).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

/** The process's settings, from environment variables. @throws ZodError naming the variable */
export function readConfig(): z.infer<typeof Environment> {
  return Environment.parse(process.env);
}
