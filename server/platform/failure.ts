import type { ErrorCode } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';

/** Throws with a code of the catalogue; the one error mapper turns it into the one error format. */
export function fail(
  code: ErrorCode,
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): never {
  throw new StromaError(code, message, details, cause === undefined ? undefined : { cause });
}
