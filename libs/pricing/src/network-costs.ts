import { type NetworkEnergy } from '@espalier/energy-model';

/**
 * Energy and cycles that a batch takes: layers run one after the other. The latency is null for
 * reports from before the model knew of it.
 */
export function networkCosts({ layers, total }: NetworkEnergy): { energy: number; latency: number | null } {
  let latency: number | null = 0;
  for (const layer of layers) latency = latency === null || !layer.latency ? null : latency + layer.latency.cycles;
  return { energy: total, latency };
}
