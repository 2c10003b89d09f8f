import { z } from 'zod';

export const DEVICE_CLASSES = ['cpu', 'gpu'] as const;

export const WorkerRegistrationSchema = z.strictObject({
  id: z.string().min(1).max(200),
  deviceClass: z.enum(DEVICE_CLASSES),
  device: z.string().max(200),
  host: z.string().max(200),
  slots: z.int().min(1).max(64),
});
export type WorkerRegistration = z.infer<typeof WorkerRegistrationSchema>;

export const WorkerSchema = WorkerRegistrationSchema.extend({ lastSeenAt: z.iso.datetime() });
export type Worker = z.infer<typeof WorkerSchema>;
export const WorkerListSchema = z.strictObject({ items: z.array(WorkerSchema) });
