/** There is nothing of that name or id. */
export class NotFoundError extends Error {
  override name = 'NotFoundError';
  constructor(
    readonly kind: 'campaign' | 'candidate' | 'accelerator' | 'worker' | 'dense network of campaign',
    readonly id: string,
    hint = '',
  ) {
    super(`there is no ${kind} '${id}'${hint}`);
  }
}

/** What is asked for clashes with what there is. */
export class ConflictError extends Error {
  override name = 'ConflictError';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** A page's cursor that was not given out for this order. */
export class BadCursorError extends Error {
  override name = 'BadCursorError';
  constructor(readonly cursor: string) {
    super('is not a cursor of this list; take `next` of the page before, or leave it out for the first page');
  }
}

/** Others are at it just now: it may be tried again. */
export class BusyError extends Error {
  override name = 'BusyError';
}
