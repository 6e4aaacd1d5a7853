import { type ErrorCode, errorCatalogue, scimSchemas } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fail } from '../../platform/failure.ts';
import { InputError } from '../../platform/http/error-answers.ts';

/** What kind of mistake a client made. RFC 7644, table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

export function refuse(scimType: ScimType, message: string): never {
  const code: ErrorCode =
    scimType === 'uniqueness' || scimType === 'mutability' ? 'CONFLICT' : 'INVALID_INPUT';
  return fail(code, message, { scimType });
}

/** Every failure in the form that SCIM gives it. RFC 7644, section 3.12. */
export function answerScimError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, scimType, detail, retryAfter } = readError(error);
  if (status >= 500) request.log.error({ request: request.id, err: error }, 'a SCIM request failed');
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="stroma"');
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  return reply
    .code(status)
    .type('application/scim+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({
      schemas: [scimSchemas.error],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail,
    });
}

interface Told {
  status: number;
  scimType?: unknown;
  detail: string;
  retryAfter?: number;
}

function readError(error: unknown): Told {
  if (error instanceof InputError)
    return { status: 400, scimType: 'invalidValue', detail: error.told.message };
  if (error instanceof StromaError && Object.hasOwn(errorCatalogue, error.code)) {
    const { status } = errorCatalogue[error.code as ErrorCode];
    const { scimType, retry_after_seconds: wait } = error.details;
    return {
      status,
      detail: error.message,
      ...(scimType === undefined ? {} : { scimType }),
      ...(typeof wait === 'number' ? { retryAfter: Math.ceil(wait) } : {}),
    };
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return { status: statusCode, scimType: 'invalidSyntax', detail: message ?? 'The request is malformed.' };
  return { status: 500, detail: 'Something in Stroma failed. The request id leads to it in the log.' };
}
