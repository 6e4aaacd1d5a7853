import { APICallError } from 'ai';
import { BrokenCircuitError, BulkheadRejectedError } from 'cockatiel';
import { fail } from '../failure.ts';

/** Why a call did not succeed, in a word that may be stored and shown. */
export interface CallFailure {
  reason: string;
  /** Another attempt may succeed. */
  passing: boolean;
  /** The endpoint is at fault, which the circuit breaker counts. */
  fault: boolean;
  /** What the endpoint asked for. */
  retryAfterMs: number | null;
}

/** An answer that is no JSON or not of the schema asked for. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
}

/** `cancelled` and `expired` say whether the caller's signal or the deadline is what ended it. */
export function failureOf(error: unknown, ended: { cancelled: boolean; expired: boolean }): CallFailure {
  const failure = (reason: string, passing: boolean, fault: boolean, retryAfterMs: number | null = null) => ({
    reason,
    passing,
    fault,
    retryAfterMs,
  });
  if (ended.cancelled) return failure('cancelled', false, false);
  if (error instanceof BrokenCircuitError) return failure('circuit_open', false, false);
  if (error instanceof BulkheadRejectedError) return failure('busy', false, false);
  if (error instanceof InvalidAnswer) return failure('invalid_answer', false, false);
  if (ended.expired) return failure('timeout', false, true);
  if (!APICallError.isInstance(error)) return failure('network', true, true);
  const { statusCode, responseHeaders } = error;
  if (statusCode === undefined) return failure('network', true, true);
  if (statusCode < 400) return failure('malformed_response', true, true);
  const passing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  return failure(`http_${statusCode}`, passing, true, retryAfter(responseHeaders ?? {}));
}

/** RFC 9110, section 10.2.3: seconds or a date; some endpoints give milliseconds too. */
function retryAfter(headers: Record<string, string>): number | null {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const value = headers['retry-after'];
  if (value === undefined) return null;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : null;
}

const explanations: Record<string, string> = {
  timeout: 'It did not answer in time; STROMA_LLM_TIMEOUT_MS sets how long is waited.',
  network: 'It cannot be reached; check that it runs and that STROMA_LLM_URL leads to it.',
  circuit_open: 'It failed several times in a row and is left in peace for a moment.',
  busy: 'Too many questions to it are waiting; try again in a moment.',
  invalid_answer: 'Its answer was twice not of the shape asked for; another model may do better.',
  malformed_response: 'What it sent is not what an OpenAI-compatible endpoint sends; check STROMA_LLM_URL.',
  http_401: 'It does not accept the key; check STROMA_LLM_KEY.',
  http_403: 'It does not let this key use the model; check STROMA_LLM_KEY and STROMA_LLM_MODEL.',
  http_404: 'It knows no such address or model; check STROMA_LLM_URL and STROMA_LLM_MODEL.',
  http_429: 'It takes no more questions for now; try again later.',
};

/** Throws what the caller gets: CANCELLED or LLM_UNAVAILABLE. */
export function failAs({ reason }: CallFailure, cause: unknown): never {
  if (reason === 'cancelled')
    return fail('CANCELLED', 'The question was cancelled before it was answered.', {}, cause);
  const explanation = explanations[reason] ?? `It answered with ${reason.replace('http_', 'HTTP status ')}.`;
  return fail('LLM_UNAVAILABLE', `The language model gave no answer. ${explanation}`, { reason }, cause);
}
