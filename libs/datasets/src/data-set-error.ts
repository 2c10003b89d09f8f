/** A data set that is unknown, missing or not what it should be. */
export class DataSetError extends Error {
  override name = 'DataSetError';
}
