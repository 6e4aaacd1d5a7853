/** The command was written wrongly: exit status 2. */
export class UsageError extends Error {
  readonly code = 'INVALID_INPUT';
  readonly details: Record<string, unknown>;
  /** Whose help leads further; null for the command itself. */
  readonly command: string | null;

  constructor(message: string, command: string | null = null, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'UsageError';
    this.command = command;
    this.details = details;
  }
}

export const exitStatus = { ok: 0, failed: 1, usage: 2, unanswerable: 3, interrupted: 130 } as const;

export interface Failure {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What any thrown thing says; a fault without a code of ours is INTERNAL. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'INTERNAL', message: String(error), details: {} };
  const { code, details } = error as { code?: unknown; details?: unknown };
  if (typeof code === 'string' && isRecord(details)) return { code, message: error.message, details };
  if (error.name === 'AbortError')
    return { code: 'CANCELLED', message: 'It was cancelled before it ended.', details: {} };
  if (error.name === 'TimeoutError')
    return {
      code: 'QUERY_TIMEOUT',
      message: 'No answer came within --timeout. Give it more, or ask for less.',
      details: {},
    };
  const systemCode = typeof code === 'string' ? { system_code: code } : {};
  return { code: 'INTERNAL', message: error.message, details: systemCode };
}
