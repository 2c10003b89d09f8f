/** Nothing has this name or id. */
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

/** The request conflicts with the present state, or with a name that is taken. */
export class ConflictError extends Error {
  override name = 'ConflictError';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** The cursor is not one of this list and order. */
export class BadCursorError extends Error {
  override name = 'BadCursorError';
  constructor(readonly cursor: string) {
    super('is not a cursor of this list; take `next` of the page before, or leave it out for the first page');
  }
}

/** A lock is held: the call may be tried again. */
export class BusyError extends Error {
  override name = 'BusyError';
}
