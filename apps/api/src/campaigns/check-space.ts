import { isOfFilters, whileTraining, type CampaignSpec, type FieldError } from '@espalier/contracts';
import {
  dependencyGroups,
  layersWithFixedFilters,
  normalizationAfter,
  weightedLayers,
  type Network,
} from '@espalier/networks';

/** Finds parts of a space that do not fit the network, or would leave it unpruned. */
export function checkSpace(network: Network, { space }: Pick<CampaignSpec, 'space'>): FieldError[] {
  const unknown = unknownLayers(network, space);
  if (unknown.length > 0) return unknown;
  return [...withoutEpochs(space), ...withoutFilters(network, space), ...withoutNormalization(network, space)];
}

type Space = CampaignSpec['space'];

function unknownLayers(network: Network, { density, filters }: Space): FieldError[] {
  const names = weightedLayers(network).map(({ name }) => name);
  const named = [
    ...Object.keys(density).map((layer) => ['space.density', layer]),
    ...Object.keys(filters?.density ?? {}).map((layer) => ['space.filters.density', layer]),
  ];
  return named
    .filter(([, layer]) => !names.includes(layer))
    .map(([field, layer]) => ({
      field: `${field}.${layer}`,
      value: layer,
      message: `${network.name} has no such layer; it has ${names.join(', ')}`,
    }));
}

/** A criterion that prunes while it trains prunes nothing without training. */
function withoutEpochs({ criterion, fineTune }: Space): FieldError[] {
  const inTraining = whileTraining(criterion);
  if (inTraining === undefined || fineTune.epochs[0] > 0) return [];
  return [
    {
      field: 'space.fineTune.epochs.0',
      value: fineTune.epochs[0],
      message: `${inTraining} prunes while it trains, and with 0 epochs removes nothing; allowed: ranges from 1 on, such as [1, ${Math.max(1, fineTune.epochs[1])}]`,
    },
  ];
}

/** Each density by which filters are removed, with its field. */
function densitiesOfFilters({ criterion, density, filters }: Space): (readonly [field: string, layer: string])[] {
  return [
    ...Object.keys(filters?.density ?? {}).map((layer) => [`space.filters.density.${layer}`, layer] as const),
    ...(criterion.every(isOfFilters) ? Object.keys(density) : []).map(
      (layer) => [`space.density.${layer}`, layer] as const,
    ),
  ];
}

function withoutFilters(network: Network, space: Space): FieldError[] {
  const fixed = layersWithFixedFilters(network);
  return densitiesOfFilters(space).flatMap(([field, layer]) => {
    const reason = fixed.get(layer);
    if (reason === undefined) return [];
    return [{ field, value: layer, message: `${layer} can lose no filter: ${reason}; leave it out` }];
  });
}

function withoutNormalization(network: Network, { criterion, density, filters }: Space): FieldError[] {
  const slimmed = [
    {
      field: 'space.filters.criterion',
      criteria: filters?.criterion ?? [],
      layers: Object.keys(filters?.density ?? {}),
    },
    { field: 'space.criterion', criteria: criterion, layers: Object.keys(density) },
  ];
  const groups = dependencyGroups(network);
  return slimmed.flatMap(({ field, criteria, layers }) => {
    if (!criteria.includes('network-slimming')) return [];
    const bare = layers.filter((layer) =>
      groups.some(
        (group) => group.layers.includes(layer) && !group.layers.some((each) => normalizationAfter(network, each)),
      ),
    );
    if (bare.length === 0) return [];
    return [
      {
        field,
        value: 'network-slimming',
        message: `network-slimming ranks filters by the batch normalisation behind them, and there is none behind ${bare.join(', ')}; leave out these layers or the criterion`,
      },
    ];
  });
}
