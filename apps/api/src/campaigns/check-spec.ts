import type { CampaignSpec, FieldError } from '@espalier/contracts';
import { dataSetFacts } from '@espalier/datasets';
import { EnergyModelError } from '@espalier/energy-model';
import { acceleratorOf, pricerOf, weightedLayers, zooNetwork, type Network } from '@espalier/networks';

/** What a schema cannot know: whether the things that a spec names exist and fit each other. */
export function checkSpec(spec: CampaignSpec): FieldError[] {
  const errors: FieldError[] = [];
  const attempt = <T>(field: string, value: string | number, look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      errors.push({ field, value, message: (error as Error).message });
      return undefined;
    }
  };
  const network = attempt('network', spec.network, () => zooNetwork(spec.network));
  const data = attempt('data', spec.data, () => dataSetFacts(spec.data));
  const accelerator = attempt(
    'accelerator',
    typeof spec.accelerator === 'string' ? spec.accelerator : spec.accelerator.name,
    () => acceleratorOf(spec.accelerator),
  );
  if (network) errors.push(...unknownLayers(network, spec));
  if (network && data) {
    const { height, width, channels } = network.input;
    if (height !== data.image.height || width !== data.image.width || channels !== data.image.channels) {
      errors.push({
        field: 'data',
        value: spec.data,
        message: `${spec.network} takes images of ${height} × ${width} × ${channels}, those of ${spec.data} are ${data.image.height} × ${data.image.width} × ${data.image.channels}`,
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
  if (errors.length === 0 && accelerator) {
    try {
      pricerOf(spec);
    } catch (error) {
      if (!(error instanceof EnergyModelError)) throw error;
      errors.push({ field: 'accelerator', message: error.message });
    }
  }
  return errors;
}

function unknownLayers(network: Network, spec: CampaignSpec): FieldError[] {
  const names = weightedLayers(network).map(({ name }) => name);
  return Object.keys(spec.space.density)
    .filter((layer) => !names.includes(layer))
    .map((layer) => ({
      field: `space.density.${layer}`,
      value: layer,
      message: `${network.name} has no such layer; it has ${names.join(', ')}`,
    }));
}
