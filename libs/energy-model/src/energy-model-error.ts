/**
 * A layer, density or accelerator that cannot be priced. The message says which field, its value
 * and what is allowed.
 */
export class EnergyModelError extends Error {
  override name = 'EnergyModelError';
}
