import { z } from 'zod';

export const DEVICE_CLASSES = ['cpu', 'gpu'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/**
 * What a worker says of itself. `ready` takes work; `draining` hands back what it has, `drained`
 * has handed it back, and both take no more; `unfit` takes none, since its device failed its
 * self-test.
 */
const SAID_STATES = ['ready', 'draining', 'drained', 'unfit'] as const;
/**
 * `silent` has not been heard of for a while: it is gone, or cut off, and what it had goes on
 * elsewhere.
 */
export const WORKER_STATES = [...SAID_STATES, 'silent'] as const;

export const WorkerRegistrationSchema = z.strictObject({
  id: z.string().min(1).max(200),
  deviceClass: z.enum(DEVICE_CLASSES),
  device: z.string().max(200),
  host: z.string().max(200),
  /** Jobs that it runs at the same time. */
  slots: z.int().min(1).max(64),
  /** Jobs that it is running. */
  busy: z.int().min(0).max(64),
  state: z.enum(SAID_STATES),
  /** Why it takes no work, in words for a person. */
  reason: z.string().max(2000).nullable(),
});
export type WorkerRegistration = z.infer<typeof WorkerRegistrationSchema>;

/** What a worker is asked when it says that it is there. */
export const WorkerOrdersSchema = z.strictObject({ drain: z.boolean() });
export type WorkerOrders = z.infer<typeof WorkerOrdersSchema>;

export const WorkerSchema = WorkerRegistrationSchema.extend({
  state: z.enum(WORKER_STATES),
  lastSeenAt: z.iso.datetime(),
});
export type Worker = z.infer<typeof WorkerSchema>;
export const WorkerListSchema = z.strictObject({ items: z.array(WorkerSchema) });
