import { hostname, availableParallelism } from 'node:os';
import { DEVICE_CLASSES } from '@espalier/contracts';
import { z } from 'zod';
import { findDevice, type Device } from './device/device.js';

const Environment = z.object({
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  ESPALIER_API_URL: z.url(),
  ESPALIER_ARTIFACTS: z.string(),
  ESPALIER_CACHE: z.string(),
  /** Without it: a GPU if there is one. */
  ESPALIER_DEVICE_CLASS: z.enum(DEVICE_CLASSES).optional(),
  /** Candidates trained at the same time; without it, as many as the device has room for. */
  ESPALIER_SLOTS: z.coerce.number().int().min(1).max(64).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});

export interface WorkerConfig extends z.infer<typeof Environment> {
  readonly id: string;
  readonly device: Device;
  readonly slots: number;
  readonly threads: { readonly intraOp: number; readonly interOp: number };
}

/** The process's settings, from environment variables. @throws ZodError naming the variable */
export function readConfig(): WorkerConfig {
  const environment = Environment.parse(process.env);
  const cores = availableParallelism();
  const device = findDevice(environment.ESPALIER_DEVICE_CLASS);
  const slots = environment.ESPALIER_SLOTS ?? device.slots;
  const perSlot = Math.max(1, Math.floor(cores / slots));
  const threads = { intraOp: perSlot, interOp: perSlot };
  return { ...environment, id: `${hostname()}-${process.pid}`, device, slots, threads };
}
