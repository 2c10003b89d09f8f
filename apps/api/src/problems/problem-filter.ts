import { errorType, type ErrorTypeName } from '@espalier/contracts';
import { BadCursorError, ConflictError, isDatabaseUnreachable, isRecordGone } from '@espalier/store';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { isGrpcServiceError, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidFields, ProblemException } from './problem.js';

/** Titles of library errors that a request causes, by their names. */
const TITLES: Readonly<Partial<Record<string, string>>> = {
  NotFoundError: 'Not found',
  FencedError: 'Taken over',
} satisfies Partial<Record<ErrorTypeName, string>>;

export const PROBLEM = 'application/problem+json';

/**
 * Converts any error to a problem document. An unforeseen error is logged whole, and answered in
 * one sentence.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error }, problem.detail);
    void reply.status(problem.status).type(PROBLEM).send(problem.toProblem(request.url));
  }
}

export function problemOf(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof BadCursorError) {
    return invalidFields([{ field: 'after', message: error.message, value: error.cursor.slice(0, 100) }]);
  }
  if (error instanceof ConflictError) {
    return new ProblemException(409, 'Conflict', error.message, [{ field: error.field, message: error.message }]);
  }
  const title = error instanceof Error ? TITLES[error.name] : undefined;
  if (error instanceof Error && title !== undefined) {
    return new ProblemException(errorType(error.name).status, title, error.message);
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new ProblemException(409, 'Conflict', error.cause?.message ?? error.message);
  }
  if (isRecordGone(error)) {
    return new ProblemException(404, 'Not found', 'what was asked for has been deleted meanwhile');
  }
  if (isDatabaseUnreachable(error)) {
    return new ProblemException(
      503,
      'Unavailable',
      'Postgres is out of reach; check DATABASE_URL and that it runs, and try again',
    );
  }
  if (isGrpcServiceError(error) || error instanceof ServiceError) {
    return new ProblemException(
      503,
      'Unavailable',
      'Temporal is out of reach; check TEMPORAL_ADDRESS and that it runs, and try again',
    );
  }
  if (error instanceof HttpException) {
    return new ProblemException(error.getStatus(), 'Request refused', error.message);
  }
  return (
    fastifyProblem(error) ??
    new ProblemException(500, 'Internal error', 'something went wrong here; the log of the API says what')
  );
}

/** Fastify refuses a body before any handler sees it. */
function fastifyProblem(error: unknown): ProblemException | undefined {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemException(413, 'Too large', 'the body is larger than 4 MB, the most that is taken');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemException(415, 'Unsupported media type', 'send the body as application/json');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ProblemException(400, 'Malformed JSON', message ?? 'the body is not JSON');
    case undefined:
    default:
      return statusCode !== undefined && statusCode < 500
        ? new ProblemException(statusCode, 'Request refused', message ?? 'the request was refused')
        : undefined;
  }
}
