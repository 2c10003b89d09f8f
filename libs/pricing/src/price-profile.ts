import type { CampaignSpec, SparsityProfile } from '@espalier/contracts';
import { ACCELERATORS, NetworkPricer, type Accelerator, type NetworkEnergy } from '@espalier/energy-model';
import { weightedLayers, NetworkError, resolveNetwork } from '@espalier/networks';

/**
 * An accelerator as a spec names it: shipped, or written out in the spec.
 *
 * @throws NetworkError when none of that name is shipped
 */
export function resolveAccelerator(nameOrDescription: CampaignSpec['accelerator']): Accelerator {
  if (typeof nameOrDescription !== 'string') return nameOrDescription;
  const shipped = ACCELERATORS.find(({ name }) => name === nameOrDescription);
  if (!shipped) {
    const names = ACCELERATORS.map(({ name }) => name).join(', ');
    throw new NetworkError(`there is no accelerator '${nameOrDescription}'; there are: ${names}`);
  }
  return shipped;
}

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

/**
 * Energy and cycles that a batch takes: layers run one after the other. The latency is null for reports from before the model knew
 * of it.
 */
export function networkCosts({ layers, total }: NetworkEnergy): { energy: number; latency: number | null } {
  let latency: number | null = 0;
  for (const layer of layers) latency = latency === null || !layer.latency ? null : latency + layer.latency.cycles;
  return { energy: total, latency };
}
