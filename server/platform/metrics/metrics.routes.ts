import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Cache } from '../cache/cache.ts';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import { collectCache } from './cache-metrics.ts';
import { timeRequests } from './http-metrics.ts';
import { setOpenJobs, setOutbox } from './job-metrics.ts';
import { openJobs, outbox } from './metrics.store.ts';
import { collectProcessMetrics, registry } from './metrics.ts';
import { collectQueries } from './query-metrics.ts';
import { setStoreLoad } from './store-metrics.ts';

export interface MetricsOptions {
  /** Lets `Authorization: Bearer <token>` read the figures from any address. */
  token?: string | undefined;
  /** Where open jobs and the outbox are counted when the figures are read. */
  database?: Database;
  cache?: Pick<Cache, 'size'>;
}

/**
 * Times every route and serves `GET /metrics` in the Prometheus text format. Without a token the figures are read from
 * this machine only: the connection comes from a loopback address and no proxy has passed it on.
 */
export function registerMetrics(app: FastifyInstance, options: MetricsOptions = {}): void {
  const { token, database, cache } = options;
  collectProcessMetrics();
  timeRequests(app);
  app.get('/metrics', { logLevel: 'warn', schema: { hide: true } as object }, async (request, reply) => {
    allow(request, token);
    collectQueries();
    await Promise.all([
      database && gathered(request, () => countOpen(database)),
      cache && gathered(request, () => collectCache(cache)),
    ]);
    return await reply.type(registry.contentType).send(await registry.metrics());
  });
}

async function countOpen(database: Database): Promise<void> {
  setStoreLoad(database.load());
  setOpenJobs(await openJobs(database.sql));
  setOutbox(await outbox(database.sql));
}

/** What does not answer is no reason to withhold the other figures. */
async function gathered(request: FastifyRequest, gather: () => Promise<void>): Promise<void> {
  try {
    await gather();
  } catch (error) {
    request.log.warn({ err: error }, 'some figures could not be gathered');
  }
}

function allow(request: FastifyRequest, token: string | undefined): void {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && given !== undefined && isSame(given, token)) return;
  if (isLocal(request)) return;
  if (token === undefined)
    fail(
      'FORBIDDEN',
      'The metrics are read from this machine only. Set STROMA_METRICS_TOKEN to read them from others.',
    );
  fail('UNAUTHENTICATED', 'Expected "Authorization: Bearer" with the value of STROMA_METRICS_TOKEN.');
}

const passedOn = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

function isLocal(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? '';
  const loopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return loopback && passedOn.every((header) => request.headers[header] === undefined);
}

/** Compared by hash, so that the time tells neither content nor length. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
