export { COMPRESSION_FORMATS, DATAFLOWS, TENSORS } from './accelerator.js';
export type {
  Accelerator,
  ArrayAxis,
  CompressionFormat,
  Dataflow,
  MemoryLevel,
  Sparsity,
  Tensor,
  ZeroHandling,
} from './accelerator.js';
export { ACCELERATORS } from './accelerators/index.js';
export { eyerissChip } from './accelerators/eyeriss-chip.js';
export { eyeriss } from './accelerators/eyeriss.js';
export { densityByChannel } from './pricing/channel-densities.js';
export type { ChannelDensities } from './pricing/channel-densities.js';
export { codedSize } from './pricing/compression.js';
export { countTraffic } from './traffic/count-traffic.js';
export type { LayerTraffic, Traffic } from './traffic/count-traffic.js';
export type { DataMovement } from './traffic/data-movement.js';
export { DIMENSIONS, INDEXED_BY, OPERANDS } from './dimensions.js';
export type { Dimension, Operand } from './dimensions.js';
export { EnergyModelError } from './energy-model-error.js';
export { placesOf } from './pricing/energy-terms.js';
export type { LayerLatency } from './pricing/latency.js';
export { macCount, outputCount, weightCount } from './layer-shape.js';
export type { LayerDensity, LayerShape } from './layer-shape.js';
export type { Loop, Mapping, SpatialLoop } from './mapping.js';
export { mapLayer, priceLayer } from './pricing/price-layer.js';
export type { LayerEnergy, MappedLayer } from './pricing/price-layer.js';
export { DENSE, NetworkPricer } from './pricing/price-network.js';
export type { MappingSearch, NetworkEnergy } from './pricing/price-network.js';
export { FlatPricer } from './pricing/flat-pricer.js';
export { FlatTimer } from './pricing/flat-timer.js';
export { measureMasks } from './pricing/measured-sparsity.js';
export type { LayerMasks } from './pricing/measured-sparsity.js';
export { searchMapping } from './search/search-mapping.js';
export { sensitivity } from './pricing/sensitivity.js';
export type { LayerSensitivity } from './pricing/sensitivity.js';
