/**
 * The one error class of the house. `code` is a key of the catalogue in `contracts`, which knows the HTTP
 * status; the message says what was expected, what was given and what to do next.
 */
export class StromaError extends Error {
  readonly code: string;
  readonly details: Record<string, unknown>;

  constructor(
    code: string,
    message: string,
    details: Record<string, unknown> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'StromaError';
    this.code = code;
    this.details = details;
  }
}
