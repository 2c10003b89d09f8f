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
export { densityByChannel } from './channel-densities.js';
export type { ChannelDensities } from './channel-densities.js';
export { codedSize } from './compression.js';
export { countTraffic } from './count-traffic.js';
export type { LayerTraffic, Traffic } from './count-traffic.js';
export type { DataMovement } from './data-movement.js';
export { DIMENSIONS, INDEXED_BY, OPERANDS } from './dimensions.js';
export type { Dimension, Operand } from './dimensions.js';
export { EnergyModelError } from './energy-model-error.js';
export { placesOf } from './energy-terms.js';
export type { LayerLatency } from './latency.js';
export { macCount, outputCount, weightCount } from './layer-shape.js';
export type { LayerDensity, LayerShape } from './layer-shape.js';
export type { Loop, Mapping, SpatialLoop } from './mapping.js';
export { mapLayer, priceLayer } from './price-layer.js';
export type { LayerEnergy, MappedLayer } from './price-layer.js';
export { DENSE, NetworkPricer } from './price-network.js';
export type { MappingSearch, NetworkEnergy } from './price-network.js';
export { FlatPricer } from './flat-pricer.js';
export { FlatTimer } from './flat-timer.js';
export { measureMasks } from './measured-sparsity.js';
export type { LayerMasks } from './measured-sparsity.js';
export { searchMapping } from './search-mapping.js';
export { sensitivity } from './sensitivity.js';
export type { LayerSensitivity } from './sensitivity.js';
