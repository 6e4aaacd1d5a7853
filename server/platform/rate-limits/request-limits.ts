import type { Endpoint } from '@stroma/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import type { Actor } from '../context.ts';
import { fail } from '../failure.ts';
import { unmapped } from '../http/trusted-proxies.ts';
import { type Soon, whenThere } from '../soon.ts';
import { limitOfKey, limitsOf, rateOf } from './limits.ts';
import type { RateLimits, Standing } from './rate-limits.ts';

/** Told once for each window or block in which somebody first took too many. */
export type OnLimited = (request: FastifyRequest, actor: Actor | null, standing: Standing) => void;

export interface RequestLimits {
  /** Sets the `RateLimit-*` headers. Throws RATE_LIMITED. */
  admit(
    endpoint: Endpoint | null,
    request: FastifyRequest,
    reply: FastifyReply,
    actor: Actor | null,
  ): Soon<void>;
  /** Before the answer goes out: proving who one is costs nothing, only failing to does. */
  settle(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** How much a caller may ask: by address, person, API key and tier. */
export function openRequestLimits(
  config: Config,
  rates: RateLimits,
  onLimited: OnLimited = () => {},
): RequestLimits {
  const limits = limitsOf(config);

  /** What nearly every request needs, and no more: one count. */
  function standingsOf(
    endpoint: Endpoint | null,
    request: FastifyRequest,
    actor: Actor | null,
  ): Soon<Standing[]> {
    const who = actor === null ? networkOf(request.ip) : actor.id;
    const rate = endpoint === null ? 'request' : rateOf(endpoint);
    return whenThere(rates.take(limits.of(actor), who), (requests) =>
      rate === 'request' && actor?.keyId == null
        ? [requests]
        : withOthers([requests], rate, who, request, actor),
    );
  }

  async function withOthers(
    standings: Standing[],
    rate: ReturnType<typeof rateOf>,
    who: string,
    request: FastifyRequest,
    actor: Actor | null,
  ): Promise<Standing[]> {
    if (actor?.keyId && typeof actor.requestsPerMinute === 'number')
      standings.push(await rates.take(limitOfKey(actor.requestsPerMinute), actor.keyId));
    const queries = rate === 'query' ? limits.queriesOf(actor) : null;
    // What is refused already shall not use up the hour too.
    if (queries !== null && standings.every(({ allowed }) => allowed))
      standings.push(await rates.take(queries, who));
    if (rate === 'authentication')
      standings.push(await rates.take(limits.authentication, networkOf(request.ip)));
    return standings;
  }

  function weigh(
    standings: readonly Standing[],
    request: FastifyRequest,
    reply: FastifyReply,
    actor: Actor | null,
  ): void {
    const tightest = standings.reduce((a, b) => (tightness(b) > tightness(a) ? b : a));
    tell(reply, standings, tightest);
    if (tightest.allowed) return;
    if (tightest.first) onLimited(request, actor, tightest);
    const seconds = secondsOf(tightest);
    fail(
      'RATE_LIMITED',
      `${refusals[tightest.limit.name] ?? 'Too many requests'}. Try again in ${seconds} s.`,
      {
        retry_after_seconds: seconds,
        limit: tightest.limit.name,
      },
    );
  }

  return {
    admit: (endpoint, request, reply, actor) =>
      whenThere(standingsOf(endpoint, request, actor), (standings) =>
        weigh(standings, request, reply, actor),
      ),

    async settle(endpoint, request, reply) {
      if (rateOf(endpoint) !== 'authentication' || reply.statusCode >= 400) return;
      // An answer without content may be given to anybody (a forgotten password) and goes on counting; not where it was
      // given for a token that works once.
      const toAnybody = endpoint.response === undefined && endpoint.produces === undefined;
      if (toAnybody && endpoint.spendsToken !== true) return;
      await rates.giveBack(limits.authentication, networkOf(request.ip));
    },
  };
}

const refusals: Record<string, string> = {
  authentication: 'Too many failed attempts from this address',
  'queries-free': 'Too many queries in this hour',
  'queries-premium': 'Too many queries in this hour',
  key: 'Too many requests with this API key',
};

/** What is refused comes first, then what has the smallest share left. */
const tightness = ({ allowed, remaining, limit, resetMs }: Standing): number =>
  allowed ? 1 - remaining / limit.most : 1 + resetMs;

const secondsOf = ({ resetMs }: Standing): number => Math.max(1, Math.ceil(resetMs / 1000));

/**
 * RateLimit-Limit, -Remaining and -Reset of the limit that is nearest, RateLimit-Policy of all that hold here.
 * IETF draft-ietf-httpapi-ratelimit-headers.
 */
function tell(reply: FastifyReply, standings: readonly Standing[], nearest: Standing): void {
  void reply.headers({
    'ratelimit-limit': nearest.limit.most,
    'ratelimit-remaining': nearest.remaining,
    'ratelimit-reset': secondsOf(nearest),
    'ratelimit-policy': standings
      .map(({ limit }) => `"${limit.name}";q=${limit.most};w=${limit.windowMs / 1000}`)
      .join(', '),
  });
}

/**
 * What counts as one caller: an IPv4 address, or an IPv6 network of 64 bits, of which anybody has 2^64 addresses.
 * Who has left already has none: those are one caller together.
 */
export function networkOf(address: string | undefined): string {
  const plain = unmapped((address ?? '').replace(/%.*$/, ''));
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
