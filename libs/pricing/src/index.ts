export { resolveAccelerator, networkCosts, priceProfile, pricerFor } from './price-profile.js';
export { scheduleCosts } from './price-schedule.js';
export { cachedMappingSearch } from './mapping-cache.js';
