import type { CampaignSpec } from '@espalier/contracts';
import { NetworkPricer } from '@espalier/energy-model';
import { resolveNetwork, weightedLayers } from '@espalier/networks';
import { resolveAccelerator } from './resolve-accelerator.js';

const pricers = new Map<string, NetworkPricer>();

/** The pricer of a campaign's network on its chip; mappings are searched once for each pair. */
export function pricerFor(spec: Pick<CampaignSpec, 'network' | 'accelerator' | 'batch'>): NetworkPricer {
  const key = JSON.stringify([spec.network, spec.accelerator, spec.batch]);
  let pricer = pricers.get(key);
  if (!pricer) {
    const accelerator = resolveAccelerator(spec.accelerator);
    pricer = new NetworkPricer(
      weightedLayers(resolveNetwork(spec.network)).map(({ shape }) => shape),
      spec.batch,
      accelerator,
    );
    pricers.set(key, pricer);
  }
  return pricer;
}
