export { cachedMappingSearch } from './mapping-cache.js';
export { networkCosts } from './network-costs.js';
export { priceProfile } from './price-profile.js';
export { scheduleCosts } from './price-schedule.js';
export { pricerFor } from './pricer-cache.js';
export { resolveAccelerator } from './resolve-accelerator.js';
