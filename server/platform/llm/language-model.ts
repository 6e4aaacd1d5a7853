import type { ZodType } from 'zod';
import type { Context } from '../context.ts';

export interface LanguageModelRequest<T> {
  /** What it is for, written to the audit row: `question-to-sql`. */
  purpose: string;
  system: string;
  prompt: string;
  schema: ZodType<T>;
}

/** Any OpenAI-compatible endpoint. None is configured by default; callers always have a way without it. */
export interface LanguageModel {
  readonly configured: boolean;
  readonly model: string | null;
  /**
   * Structured output, validated. Throws LLM_UNAVAILABLE after retries, when the circuit is open or the budget is
   * spent (`details.reason` says which), CANCELLED when `ctx.signal` aborts. Not within a transaction: it writes
   * rows of its own.
   */
  generate<T>(ctx: Context, request: LanguageModelRequest<T>): Promise<T>;
}
