import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import { newId } from '../ids.ts';
import { countModelCall } from '../metrics/metrics.ts';
import { type CallFailure, failAs, failureOf, InvalidAnswer } from './call-failure.ts';
import { findJson } from './json-answer.ts';
import type { LanguageModel, LanguageModelRequest } from './language-model.ts';
import { completeCall, insertCall, tokensSince } from './llm.store.ts';
import {
  type EndpointSettings,
  type ModelAnswer,
  type ModelQuestion,
  openEndpoint,
} from './model-endpoint.ts';

export interface ModelSettings extends EndpointSettings {
  /** For one `generate`, with all its attempts. */
  timeoutMs: number;
  /** A tenant's tokens for a day in UTC. */
  dailyTokens: number;
  attempts?: number;
  /** Before the second attempt; doubled for each further one. */
  backoffMs?: number;
  /** Failures in a row after which nothing is sent for `restMs`. */
  failuresToOpen?: number;
  restMs?: number;
  concurrency?: number;
  queue?: number;
}

/** Counts what the attempts of one `generate` cost. */
interface Tally {
  attempts: number;
  tokensIn: number;
  tokensOut: number;
  estimated: boolean;
}

const estimateTokens = (text: string) => Math.ceil(text.length / 4);

/**
 * A model behind an endpoint. Each `generate` has one deadline, retries what may pass (408, 429, 5xx, network) as
 * the endpoint asks or with backoff, asks again once when the answer is not of the schema, and leaves an audit row.
 * After a row of failures nothing is sent for a while. Not for use within a transaction: it writes its own rows.
 */
export function openEndpointModel(settings: ModelSettings, database: Database): LanguageModel {
  const { model, timeoutMs, dailyTokens, attempts = 3, backoffMs = 300 } = settings;
  const { failuresToOpen = 5, restMs = 30_000, concurrency = 4, queue = 32 } = settings;
  const ask = openEndpoint(settings);
  const slots = bulkhead(concurrency, queue);
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof Faulted),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failuresToOpen) },
  );

  async function generate<T>(ctx: Context, request: LanguageModelRequest<T>): Promise<T> {
    const startedMs = performance.now();
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([ctx.signal, deadline]);
    const ended = () => ({ cancelled: ctx.signal.aborted, expired: deadline.aborted });
    const estimate = estimateTokens(request.system + request.prompt);
    const call = {
      id: newId('llmCall'),
      tenantId: ctx.actor.tenantId,
      actorId: ctx.actor.id,
      requestId: ctx.requestId,
      purpose: request.purpose,
      model,
      promptSha256: createHash('sha256')
        .update(JSON.stringify([request.system, request.prompt]))
        .digest('hex'),
      tokensIn: estimate,
      tokensOut: 0,
      tokensEstimated: true,
    };
    const used = await tokensSince(database.sql, call.tenantId, startOfDay());
    if (used + estimate > dailyTokens) {
      await insertCall(database.sql, { ...call, tokensIn: 0, outcome: 'refused', error: 'budget_spent' });
      countModelCall(request.purpose, 'refused', 0, 0);
      return fail(
        'LLM_UNAVAILABLE',
        `Today's ${dailyTokens} tokens for the language model are spent; they begin anew at 00:00 UTC. STROMA_LLM_DAILY_TOKENS sets how many there are.`,
        { reason: 'budget_spent' },
      );
    }
    await insertCall(database.sql, { ...call, outcome: 'running' });

    const tally: Tally = { attempts: 0, tokensIn: 0, tokensOut: 0, estimated: false };
    const complete = async (outcome: 'succeeded' | 'failed' | 'cancelled', error: string | null) => {
      const { attempts: made, tokensIn, tokensOut, estimated } = tally;
      countModelCall(request.purpose, outcome, tokensIn, tokensOut);
      await completeCall(database.sql, call, {
        outcome,
        error,
        attempts: made,
        tokensIn,
        tokensOut,
        tokensEstimated: estimated,
        durationMs: Math.round(performance.now() - startedMs),
      });
    };
    try {
      const work = slots.execute(() => answer(ctx, request, signal, tally, ended), signal);
      const value = await Promise.race([work, rejectOnAbort(signal)]);
      await complete('succeeded', null);
      return value;
    } catch (error) {
      const failure = error instanceof Faulted ? error.failure : failureOf(error, ended());
      await complete(failure.reason === 'cancelled' ? 'cancelled' : 'failed', failure.reason);
      return failAs(failure, error instanceof Faulted ? error.cause : error);
    }
  }

  /** Asks, and once more with what was wrong when the answer is not of the schema. */
  async function answer<T>(
    ctx: Context,
    { system, prompt, schema }: LanguageModelRequest<T>,
    signal: AbortSignal,
    tally: Tally,
    ended: () => { cancelled: boolean; expired: boolean },
  ): Promise<T> {
    const question = { system, prompt, schema, signal };
    const first = await attempt(ctx, question, tally, ended);
    const read = readAnswer(first, schema);
    if (read.success) return read.data;
    ctx.log.warn({ model, problem: read.problem }, 'The language model gave an answer of another shape');
    const again = `${prompt}\n\nYour last answer was:\n${first.text.slice(0, 4000)}\n\nIt cannot be used: ${read.problem}\nAnswer again.`;
    const second = readAnswer(await attempt(ctx, { ...question, prompt: again }, tally, ended), schema);
    if (second.success) return second.data;
    throw new InvalidAnswer(second.problem);
  }

  async function attempt(
    ctx: Context,
    question: ModelQuestion,
    tally: Tally,
    ended: () => { cancelled: boolean; expired: boolean },
  ): Promise<ModelAnswer> {
    for (let made = 1; ; made++) {
      try {
        return await breaker.execute(async () => {
          tally.attempts += 1;
          try {
            return charge(tally, question, await ask(question));
          } catch (error) {
            const failure = failureOf(error, ended());
            if (failure.fault) throw new Faulted(failure, error);
            throw error;
          }
        });
      } catch (error) {
        const failure = error instanceof Faulted ? error.failure : failureOf(error, ended());
        ctx.log.warn(
          { model, reason: failure.reason, attempt: made, said: told(error, settings.key) },
          'A call of the language model failed',
        );
        if (!failure.passing || made >= attempts) throw error;
        const pauseMs = failure.retryAfterMs ?? backoffMs * 2 ** (made - 1) * (0.5 + Math.random() / 2);
        if (pauseMs >= timeoutMs) throw error;
        await wait(pauseMs, undefined, { signal: question.signal });
      }
    }
  }

  return { configured: true, model, generate };
}

/** Carries a failure that is the endpoint's fault through the circuit breaker. */
class Faulted extends Error {
  readonly failure: CallFailure;

  constructor(failure: CallFailure, cause: unknown) {
    super(failure.reason, { cause });
    this.failure = failure;
  }
}

function charge(tally: Tally, { system, prompt }: ModelQuestion, answer: ModelAnswer): ModelAnswer {
  tally.tokensIn += answer.tokensIn ?? estimateTokens(system + prompt);
  tally.tokensOut += answer.tokensOut ?? estimateTokens(answer.text);
  tally.estimated ||= answer.tokensIn === null || answer.tokensOut === null;
  return answer;
}

function readAnswer<T>(
  { text }: ModelAnswer,
  schema: z.ZodType<T>,
): { success: true; data: T } | { success: false; problem: string } {
  let value: unknown;
  try {
    value = findJson(text);
  } catch (error) {
    return { success: false, problem: (error as Error).message };
  }
  const read = schema.safeParse(value);
  if (read.success) return { success: true, data: read.data };
  return { success: false, problem: z.prettifyError(read.error).slice(0, 2000) };
}

function startOfDay(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** What the endpoint said, for the log: short, and without the key should it have been repeated. */
function told(error: unknown, key: string | undefined): string {
  const source = error instanceof Faulted ? error.cause : error;
  const text = source instanceof Error ? source.message : String(source);
  return (key ? text.replaceAll(key, '***') : text).slice(0, 300);
}
