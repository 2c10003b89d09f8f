import { z } from 'zod';

/**
 * What a batch of images takes of the chip: energy in the accelerator's unit, latency in its
 * cycles.
 */
export const COSTS = ['energy', 'latency'] as const;
export const CostSchema = z.enum(COSTS);
export type Cost = z.infer<typeof CostSchema>;

/** The one that a campaign has no objective of, and may limit. */
export const otherCost = (cost: Cost): Cost => (cost === 'energy' ? 'latency' : 'energy');
