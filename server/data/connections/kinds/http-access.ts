import { setTimeout as pause } from 'node:timers/promises';
import type { SourceAuth, SourceSecrets } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { OutgoingLimits } from '../../../platform/http/outgoing.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import type { Means } from './source-kind.ts';

interface Access {
  auth: SourceAuth;
  user?: string | undefined;
  header?: string | undefined;
}

export const hostOf = (url: string): string => new URL(url).host;

/** Headers that say who asks. Throws INVALID_INPUT where the secret they need is missing. */
export function authorisation(
  { auth, user, header }: Access,
  secrets: SourceSecrets,
): Record<string, string> {
  const needed = (secret: string | undefined, field: string): string =>
    secret ??
    (() => {
      throw new StromaError('INVALID_INPUT', `Expected the ${field} that goes with this way to sign in.`, {
        field: `secrets.${field}`,
      });
    })();
  if (auth === 'basic') {
    const pair = `${user ?? ''}:${needed(secrets.password, 'password')}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  const token = (): string => {
    const given = needed(secrets.token, 'token');
    if (/^[\x20-\x7e]*$/.test(given)) return given;
    throw new StromaError(
      'INVALID_INPUT',
      'Expected a token of letters, digits and signs that a header can hold.',
      {
        field: 'secrets.token',
      },
    );
  };
  if (auth === 'bearer') return { authorization: `Bearer ${token()}` };
  if (auth === 'header') return { [header ?? 'x-api-key']: token() };
  return {};
}

export interface Call {
  url: string | URL;
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  limits: OutgoingLimits;
  about: About;
  /** Waits and asks again when the server says that it is too much at once. */
  patient?: boolean;
}

const longestWaitMs = 60_000;

/** Through the guard; an answer that is no success becomes the error it stands for. */
export async function call(
  means: Means,
  { url, method = 'GET', headers = {}, body, limits, about, patient }: Call,
) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await reach(means, url, about, {
      method,
      // A header of one’s own is not known as a secret when it is led elsewhere.
      headers: { 'user-agent': 'stroma', ...headers },
      ...(body === undefined ? {} : { body }),
      ...limits,
    });
    if (answer.ok) return answer;
    const waitMs = patient === true && attempt < 4 ? waitOf(answer) : null;
    await answer.body?.cancel();
    if (waitMs === null) throw refusal(answer, about);
    await pause(waitMs, undefined, { signal: means.signal });
  }
}

async function reach(
  means: Means,
  url: string | URL,
  about: About,
  init: RequestInit & OutgoingLimits,
): Promise<Response> {
  try {
    return await means.outgoing.fetch(url, { ...init, signal: means.signal });
  } catch (error) {
    means.signal.throwIfAborted();
    throw reachFailure(error, about) ?? error;
  }
}

function waitOf(answer: Response): number | null {
  if (answer.status !== 429 && answer.status !== 503) return null;
  const seconds = Number(answer.headers.get('retry-after') ?? '1');
  const waitMs = (Number.isFinite(seconds) ? Math.max(seconds, 0) : 1) * 1000;
  return waitMs > longestWaitMs ? null : waitMs;
}

export function refusal({ status }: Pick<Response, 'status'>, { where }: About): StromaError {
  if (status === 401)
    return sourceError('SOURCE_CREDENTIALS', `${where} does not take these credentials (401).`);
  if (status === 403) return sourceError('SOURCE_PERMISSION', `${where} does not allow this (403).`);
  if (status === 404 || status === 410)
    return sourceError('SOURCE_TABLE_MISSING', `${where} has nothing at this address (${status}).`);
  if (status === 429)
    return sourceError('SOURCE_REFUSED', `${where} says that it was asked too often (429). Try again later.`);
  return sourceError('SOURCE_ANSWER', `${where} answered with the status ${status}.`);
}
