/** A data set is unknown, missing or invalid. */
export class DataSetError extends Error {
  override name = 'DataSetError';
}
