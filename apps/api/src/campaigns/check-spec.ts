import { removesFilters, type CampaignSpec, type Cost, type FieldError } from '@espalier/contracts';
import { DataSetError, dataSetFacts } from '@espalier/datasets';
import { DENSE, EnergyModelError, type NetworkPricer } from '@espalier/energy-model';
import { inferShapes, resolveNetwork, untrainableLayers } from '@espalier/networks';
import { resolveAccelerator, networkCosts, pricerFor } from '@espalier/pricing';
import { checkSpace } from './check-space.js';

/** Checks what a schema cannot: that the named things exist and fit each other. */
export async function checkSpec(spec: CampaignSpec): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  const attempt = <T>(field: string, value: string | number, look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      errors.push({ field, value, message: (error as Error).message });
      return undefined;
    }
  };
  const network = attempt('network', typeof spec.network === 'string' ? spec.network : spec.network.name, () => {
    const found = resolveNetwork(spec.network);
    inferShapes(found);
    return found;
  });
  if (typeof spec.network !== 'string' && spec.weights === undefined) {
    errors.push({
      field: 'weights',
      message:
        'a network that is written out needs its trained weights; launch it by its file with `espalier campaign launch`',
    });
  }
  const data = await dataSetFacts(spec.data).catch((error: unknown) => {
    if (!(error instanceof DataSetError)) throw error;
    errors.push({ field: 'data', value: spec.data, message: error.message });
    return undefined;
  });
  const accelerator = attempt(
    'accelerator',
    typeof spec.accelerator === 'string' ? spec.accelerator : spec.accelerator.name,
    () => resolveAccelerator(spec.accelerator),
  );
  if (network) {
    errors.push(...untrainableLayers(network).map((message) => ({ field: 'network', value: network.name, message })));
    errors.push(...checkSpace(network, spec));
  }
  if (network && data) {
    const { height, width, channels } = network.input;
    const { image } = data;
    if (image && (height !== image.height || width !== image.width || channels !== image.channels)) {
      errors.push({
        field: 'data',
        value: spec.data,
        message: `${network.name} takes images of ${height} × ${width} × ${channels}, those of ${spec.data} are ${image.height} × ${image.width} × ${image.channels}`,
      });
    }
    if (network.classes !== data.classes) {
      errors.push({
        field: 'data',
        value: spec.data,
        message: `${network.name} tells ${network.classes} classes apart, ${spec.data} has ${data.classes}`,
      });
    }
  }
  const images = spec.subset?.trainingImages ?? data?.trainingImages;
  if (data && spec.subset && spec.subset.trainingImages > data.trainingImages) {
    errors.push({
      field: 'subset.trainingImages',
      value: spec.subset.trainingImages,
      message: `${spec.data} has ${data.trainingImages} training images`,
    });
  }
  const perEpoch = spec.space.fineTune.imagesPerEpoch;
  if (images !== undefined && perEpoch !== undefined && perEpoch > images) {
    errors.push({
      field: 'space.fineTune.imagesPerEpoch',
      value: perEpoch,
      message: `there are ${images} training images`,
    });
  }
  const { rewindTo } = spec.space.fineTune;
  if (spec.weights !== undefined && rewindTo !== undefined && rewindTo > 0) {
    errors.push({
      field: 'space.fineTune.rewindTo',
      value: rewindTo,
      message: 'how the network was early in its training is not known of weights that were brought; leave it out',
    });
  }
  if (errors.length === 0 && accelerator) {
    try {
      const pricer = pricerFor(spec);
      const [, cost] = spec.objectives;
      if (!removesFilters(spec.space) && hasNoUseForZeroWeights(pricer, cost)) {
        errors.push({
          field: 'accelerator',
          value: accelerator.name,
          message: `${accelerator.name} has no use for zero weights: whatever is removed of them, a candidate's ${cost} is about the dense network's. Have filters removed (a criterion such as filter-l1, or space.filters), or choose a chip that skips zeros, such as eyeriss-v2 or scnn`,
        });
      }
    } catch (error) {
      if (!(error instanceof EnergyModelError)) throw error;
      errors.push({ field: 'accelerator', message: error.message });
    }
  }
  return errors;
}

/**
 * Activations become little sparser by pruning: an accelerator that skips only those gains next to
 * nothing.
 */
function hasNoUseForZeroWeights(pricer: NetworkPricer, cost: Cost): boolean {
  const half = { ...DENSE, weights: 0.5 };
  const [ofHalf, ofAll] = [pricer.price(pricer.shapes.map(() => half)), pricer.dense()].map(networkCosts);
  return (ofHalf[cost] ?? 0) >= (ofAll[cost] ?? 0);
}
