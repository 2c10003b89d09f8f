import type { CampaignSpec } from '@espalier/contracts';
import { NetworkPricer } from '@espalier/energy-model';
import { resolveNetwork, weightedLayers } from '@espalier/networks';
import { LRUCache } from 'lru-cache';
import { resolveAccelerator } from './resolve-accelerator.js';

/** More than the campaigns that run at once; clients may post any number of accelerators. */
const pricers = new LRUCache<string, NetworkPricer>({ max: 100 });

/**
 * The pricer of a campaign's network on its accelerator. Mappings are searched once for each pair.
 */
export function pricerFor(spec: Pick<CampaignSpec, 'network' | 'accelerator' | 'batch'>): NetworkPricer {
  const key = JSON.stringify([spec.network, spec.accelerator, spec.batch]);
  const cached = pricers.get(key);
  if (cached) return cached;
  const shapes = weightedLayers(resolveNetwork(spec.network)).map(({ shape }) => shape);
  const pricer = new NetworkPricer(shapes, spec.batch, resolveAccelerator(spec.accelerator));
  pricers.set(key, pricer);
  return pricer;
}
