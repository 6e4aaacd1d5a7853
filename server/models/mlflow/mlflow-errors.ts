import { type ErrorCode, errorCatalogue } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { answerError, InputError } from '../../platform/http/error-answers.ts';

interface Told {
  status: number;
  error_code: string;
  message: string;
}

/** What each of our codes is called there, and with which status a client expects it. */
const codes: Partial<Record<ErrorCode, [status: number, code: string]>> = {
  INVALID_INPUT: [400, 'INVALID_PARAMETER_VALUE'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'BAD_REQUEST'],
  PAYLOAD_TOO_LARGE: [413, 'BAD_REQUEST'],
  UNAUTHENTICATED: [401, 'UNAUTHENTICATED'],
  FORBIDDEN: [403, 'PERMISSION_DENIED'],
  NOT_FOUND: [404, 'RESOURCE_DOES_NOT_EXIST'],
  CONFLICT: [400, 'INVALID_STATE'],
  UNPROCESSABLE: [400, 'INVALID_STATE'],
  RATE_LIMITED: [429, 'REQUEST_LIMIT_EXCEEDED'],
  OVERLOADED: [503, 'TEMPORARILY_UNAVAILABLE'],
  NOT_READY: [503, 'TEMPORARILY_UNAVAILABLE'],
  STORAGE_UNAVAILABLE: [503, 'TEMPORARILY_UNAVAILABLE'],
};

/** Every failure in the form that MLflow gives it: `error_code` and `message`. */
export function answerMlflowError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const told = tell(error);
  // What is a fault is logged, and told, as everywhere.
  if (told === null) {
    reply.serializer(JSON.stringify);
    return answerError(error, request, reply);
  }
  const wait = error instanceof StromaError ? error.details.retry_after_seconds : undefined;
  if (typeof wait === 'number') void reply.header('retry-after', String(Math.ceil(wait)));
  if (told.status === 401) void reply.header('www-authenticate', 'Bearer realm="stroma"');
  return reply
    .code(told.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ error_code: told.error_code, message: told.message });
}

function tell(error: unknown): Told | null {
  if (error instanceof InputError)
    return { status: 400, error_code: 'INVALID_PARAMETER_VALUE', message: error.told.message };
  if (error instanceof StromaError && Object.hasOwn(errorCatalogue, error.code)) {
    const { message, details } = error;
    const code = error.code as ErrorCode;
    if (code === 'CONFLICT' && details.reason === 'exists')
      return { status: 400, error_code: 'RESOURCE_ALREADY_EXISTS', message };
    if (code === 'CONFLICT' && details.reason === 'value')
      return { status: 400, error_code: 'INVALID_PARAMETER_VALUE', message };
    const known = codes[code];
    if (known !== undefined) return { status: known[0], error_code: known[1], message };
    const { status } = errorCatalogue[code];
    return status >= 500 ? null : { status, error_code: 'BAD_REQUEST', message };
  }
  const { statusCode, message = '' } = error as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { status: statusCode, error_code: 'BAD_REQUEST', message };
  return null;
}
