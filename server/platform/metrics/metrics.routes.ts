import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../db/database.ts';
import { fail } from '../failure.ts';
import { waitingJobs } from './metrics.store.ts';
import { collectProcessMetrics, countRequest, registry, setJobsWaiting } from './metrics.ts';

export interface MetricsOptions {
  /** Lets `Authorization: Bearer <token>` read the figures from any address. */
  token?: string | undefined;
  /** Where the waiting jobs are counted when the figures are read. */
  database?: Database;
}

/**
 * Times every route registered after it and serves `GET /metrics` in the Prometheus text format. Without a token
 * the figures are read from this machine only: the connection comes from a loopback address and no proxy has passed
 * it on.
 */
export function registerMetrics(app: FastifyInstance, { token, database }: MetricsOptions = {}): void {
  collectProcessMetrics();
  app.addHook('onResponse', (request, reply, done) => {
    const type = reply.getHeader('content-type');
    // A live stream ends when its listener goes: how long it was open is no time to answer.
    if (typeof type !== 'string' || !type.startsWith('text/event-stream'))
      countRequest(request.method, request.routeOptions.url, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  app.get('/metrics', { logLevel: 'warn', schema: { hide: true } as object }, async (request, reply) => {
    allow(request, token);
    if (database !== undefined) await countWaiting(request, database);
    return await reply.type(registry.contentType).send(await registry.metrics());
  });
}

/** A store that does not answer is no reason to withhold the other figures. */
async function countWaiting(request: FastifyRequest, database: Database): Promise<void> {
  try {
    setJobsWaiting(await waitingJobs(database.sql));
  } catch (error) {
    request.log.warn({ err: error }, 'the waiting jobs could not be counted');
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
