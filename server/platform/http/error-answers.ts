import { type ErrorAnswer, type ErrorCode, errorCatalogue } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { clientGoneStatus, leftBefore } from './client-gone.ts';

interface Told {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}

const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'INVALID_INPUT',
  FST_ERR_BAD_URL: 'INVALID_INPUT',
  FST_ERR_MAX_PARAM_LENGTH: 'INVALID_INPUT',
};

/** Their own messages repeat the address. */
const badAddress = new Set(['FST_ERR_BAD_URL', 'FST_ERR_MAX_PARAM_LENGTH']);

const storeGone = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '08006', '08001']);

/** The one way a failure reaches a client: never a stack, a path, SQL or a secret. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (leftBefore(error, request, reply)) return noteLeft(request, reply);
  const told = tell(error);
  const { status } = errorCatalogue[told.code];
  if (status >= 500)
    request.log.error(
      {
        request: request.id,
        route: `${request.method} ${request.routeOptions.url ?? ''}`,
        actor: request.context?.actor.id,
        err: error,
        code: told.code,
      },
      'the request failed',
    );
  else
    request.log.debug(
      { request: request.id, code: told.code, details: told.details },
      'the request was refused',
    );
  const seconds = told.details.retry_after_seconds;
  if (typeof seconds === 'number') void reply.header('retry-after', String(Math.ceil(seconds)));
  else if (told.code === 'OVERLOADED' || told.code === 'NOT_READY') void reply.header('retry-after', '2');
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="stroma"');
  const body: ErrorAnswer = {
    error: { ...told, request_id: request.id, timestamp: new Date().toISOString() },
  };
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

/** Nothing failed, and there is nobody to answer. */
function noteLeft(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.log.info(
    {
      request: request.id,
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      actor: request.context?.actor.id,
      status: clientGoneStatus,
      ms: Math.round(reply.elapsedTime),
    },
    'the client left before the answer',
  );
  return reply.code(clientGoneStatus).send();
}

function tell(error: unknown): Told {
  if (error instanceof StromaError && Object.hasOwn(errorCatalogue, error.code)) {
    const { message, details } = error;
    return { code: error.code as ErrorCode, message, details };
  }
  if (error instanceof InputError) return error.told;
  const { code, statusCode, message } = error as Partial<FastifyError>;
  const known = fastifyCodes[code ?? ''];
  if (known)
    return {
      code: known,
      message:
        known === 'PAYLOAD_TOO_LARGE'
          ? tooLarge
          : badAddress.has(code ?? '')
            ? 'The address is too long or not well encoded.'
            : sentence(message),
      details: {},
    };
  if (storeGone.has(code ?? ''))
    return { code: 'NOT_READY', message: 'The store does not answer. Try again in a moment.', details: {} };
  if (statusCode === 413) return { code: 'PAYLOAD_TOO_LARGE', message: tooLarge, details: {} };
  if (statusCode === 415) return { code: 'UNSUPPORTED_MEDIA_TYPE', message: sentence(message), details: {} };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { code: 'INVALID_INPUT', message: sentence(message), details: {} };
  return {
    code: 'INTERNAL',
    message: 'Something in Stroma failed. The request id leads to it in the log.',
    details: {},
  };
}

const tooLarge = 'The body is larger than this address takes.';
const sentence = (text = '') => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Input that does not fit the schema of its address: the first field that is wrong, and every other one. */
export class InputError extends Error {
  readonly told: Told;

  constructor(error: z.core.$ZodError, place: string) {
    const issues = error.issues.map((issue) => ({
      field: issue.path.map(String).join('.') || unknownKeys(issue) || place,
      reason: issue.message,
    }));
    const first = issues[0] ?? { field: place, reason: 'not as expected' };
    super(first.reason, { cause: error });
    this.name = 'InputError';
    this.told = {
      code: 'INVALID_INPUT',
      message: `The field "${first.field}" of the ${place} is not as expected: ${first.reason}.`,
      details: { ...first, in: place, ...(issues.length > 1 ? { issues: issues.slice(0, 20) } : {}) },
    };
  }
}

function unknownKeys(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : '';
}
