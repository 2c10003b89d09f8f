import type { CampaignSpec, SparsityProfile } from '@espalier/contracts';
import { NetworkPricer, type NetworkEnergy } from '@espalier/energy-model';
import { pricerFor } from './pricer-cache.js';

/** What a candidate of this sparsity takes on the campaign's chip. */
export function priceProfile(
  spec: Pick<CampaignSpec, 'network' | 'accelerator' | 'batch'>,
  profile: SparsityProfile,
): NetworkEnergy {
  const pricer = pricerFor(spec);
  const densities = profile.layers.map(({ density }) => density);
  if (profile.layers.every(({ shape }) => shape === undefined)) return pricer.price(densities);
  const smaller = pricer.shapes.map((shape, i) => ({ ...shape, ...profile.layers[i].shape }));
  return new NetworkPricer(smaller, spec.batch, pricer.accelerator).price(densities);
}
