import type { ErrorAnswer, ErrorCode } from '@stroma/contracts';

/** Codes of the catalogue, and two the client itself finds: nobody answered, or the answer was not Stroma's. */
export type ApiErrorCode = ErrorCode | 'UNREACHABLE' | 'UNEXPECTED_ANSWER';

/** What every failed call throws. `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly details: Record<string, unknown>;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    fields: {
      code: ApiErrorCode;
      status: number;
      message: string;
      details?: Record<string, unknown>;
      requestId?: string | null;
      retryAfterSeconds?: number | null;
    },
    options?: { cause?: unknown },
  ) {
    super(fields.message, options);
    this.name = 'ApiError';
    this.code = fields.code;
    this.status = fields.status;
    this.details = fields.details ?? {};
    this.requestId = fields.requestId ?? null;
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null;
  }

  /** True when the same call may well succeed a little later. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || (this.status >= 502 && this.status <= 504);
  }
}

/** Reads the one error format from a failed response; anything else becomes `UNEXPECTED_ANSWER`. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  const text = await response.text();
  const answer = parseAnswer(text);
  if (answer === null) {
    return new ApiError({
      code: 'UNEXPECTED_ANSWER',
      status: response.status,
      message: `Expected an answer of Stroma, got ${response.status} ${response.statusText} from ${new URL(response.url).host}. Check the address, and any proxy in between.`,
      details: { body: text.slice(0, 500) },
      requestId: response.headers.get('x-request-id'),
      retryAfterSeconds,
    });
  }
  const { code, message, details, request_id } = answer.error;
  return new ApiError({
    code: code as ApiErrorCode,
    status: response.status,
    message,
    details,
    requestId: request_id,
    retryAfterSeconds,
  });
}

function parseAnswer(text: string): ErrorAnswer | null {
  try {
    const value = JSON.parse(text) as Partial<ErrorAnswer> | null;
    return typeof value?.error?.code === 'string' ? (value as ErrorAnswer) : null;
  } catch {
    return null;
  }
}

/** Rethrows an abort as it is; a failed connection becomes `UNREACHABLE`. */
export function unreachable(url: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted || (cause instanceof Error && cause.name === 'AbortError')) return cause;
  return new ApiError(
    {
      code: 'UNREACHABLE',
      status: 0,
      message: `Expected Stroma at ${originOf(url)}, but nothing answered. Is it running?`,
    },
    { cause },
  );
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'this address';
}
