import type { Server } from 'node:tls';
import { apiPrefix } from '@stroma/contracts';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { ZodType } from 'zod';
import type { Cache } from '../cache/cache.ts';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import { timeRequests } from '../metrics/http-metrics.ts';
import { openRateLimits } from '../rate-limits/rate-limits.ts';
import { type OnLimited, openRequestLimits } from '../rate-limits/request-limits.ts';
import { clientGoneStatus } from './client-gone.ts';
import { answerError, InputError } from './error-answers.ts';
import { openGate } from './gate.ts';
import { openIdempotency } from './idempotency.ts';
import { registerOpenApi } from './openapi.ts';
import { requestIdOf } from './request-id.ts';
import type { Authenticate } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import { openTls } from './tls.ts';
import { trustedProxies } from './trusted-proxies.ts';
import { unfitInput } from './unfit-input.ts';
import { leaveUnreadBodies } from './unread-bodies.ts';
import { answerUnreadable } from './unreadable-requests.ts';

export interface HttpOptions {
  config: Config;
  log: Logger;
  cache: Cache;
  authenticate: Authenticate;
  /** Told when somebody first takes more than a limit allows. */
  onLimited?: OnLimited;
  version: string;
  /** Checks every answer against its schema; for tests, where a drift must be a failure. */
  checkAnswers?: boolean;
}

const jsonLimitBytes = 1024 * 1024;

/** The HTTP server with every rule that holds for all addresses; modules add theirs with `route`. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { config, log, cache, authenticate } = options;
  const tls = await openTls(config, log);
  const connection = { headersTimeout: 30_000, maxHeaderSize: 16 * 1024 };
  const app = Fastify({
    loggerInstance: log as never,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request costs more than most requests log: `ctx.log` makes it when it is asked for.
    childLoggerFactory: (logger) => logger,
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: jsonLimitBytes,
    trustProxy: trustedProxies(config.STROMA_TRUST_PROXY),
    forceCloseConnections: 'idle',
    // An upload may take hours, so only silence ends a request: longer than the longest query may be silent.
    requestTimeout: 0,
    connectionTimeout: Math.max(120_000, config.STROMA_SQL_TIMEOUT_MS + 30_000),
    keepAliveTimeout: 65_000,
    ...(tls === null ? { http: connection } : { https: { ...connection, ...tls.options } }),
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: answerUnreadable as never,
    frameworkErrors: ((error: Error, request: FastifyRequest, reply: FastifyReply) => {
      reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
      return answerError(error, request, reply);
    }) as never,
  }) as unknown as FastifyInstance;
  if (tls !== null) {
    const unwatch = tls.watch(app.server as unknown as Server);
    app.addHook('onClose', async () => unwatch());
  }

  timeRequests(app);
  const rates = openRateLimits(cache, log);
  const limits = openRequestLimits(config, rates, options.onLimited);
  app.decorate('gate', openGate(config, limits, authenticate));
  app.decorate('idempotency', openIdempotency(cache));
  app.decorateRequest('context', null);
  app.setValidatorCompiler(({ schema, httpPart }) => (data) => {
    const place = places[httpPart ?? ''] ?? 'request';
    const unfit = unfitInput(data, place);
    if (unfit !== null) return { error: unfit };
    const parsed = (schema as ZodType).safeParse(data);
    return parsed.success ? { value: parsed.data } : { error: new InputError(parsed.error, place) };
  });
  app.setSerializerCompiler(({ schema }) => (data) => {
    if (options.checkAnswers) (schema as ZodType).parse(data);
    return JSON.stringify(data);
  });
  app.setErrorHandler(answerError);
  readBodies(app);
  denyUndeclared(app);
  setHeaders(app, config);
  logRequests(app);
  leaveUnreadBodies(app);
  answerUnknown(app);
  await registerOpenApi(app, options.version);
  return app;
}

const places: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

/** JSON is parsed here; of any other body the handler reads the stream. */
function readBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
  app.addContentTypeParser(
    ['multipart/form-data', 'application/octet-stream', 'application/x-www-form-urlencoded'],
    (_, __, done) => done(null),
  );
}

/** Addresses that are not of the contract and say themselves whom they answer. */
const infrastructure = new Set(['/healthz', '/readyz', '/metrics', `${apiPrefix}/openapi.json`, '/*']);

/** A route says who may call it, or the server does not start. */
function denyUndeclared(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.endpoint?.permission !== undefined || infrastructure.has(url)) return;
    if (url === `${apiPrefix}/docs` || url.startsWith(`${apiPrefix}/docs/`)) return;
    throw new Error(`${method} ${url} declares no permission: register it with route().`);
  });
}

function setHeaders(app: FastifyInstance, config: Config): void {
  const { page, data } = securityHeaders(
    config.STROMA_TLS_CERT !== undefined || (config.STROMA_PUBLIC_URL?.startsWith('https:') ?? false),
  );
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(request.routeOptions.config.endpoint === undefined ? page : data);
    reply.header('x-request-id', request.id);
    next();
  });
}

/** Reads that go well are many and quiet; changes, refusals and failures are told. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, next) => {
    if (reply.statusCode === clientGoneStatus) return next();
    const { method } = request;
    const quiet = (method === 'GET' || method === 'HEAD') && reply.statusCode < 400;
    if (!quiet || request.log.level === 'debug' || request.log.level === 'trace')
      request.log[quiet ? 'debug' : 'info'](
        {
          request: request.id,
          method,
          path: request.url.split('?', 1)[0],
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          actor: request.context?.actor.id,
        },
        'request',
      );
    next();
  });
}

function answerUnknown(app: FastifyInstance): void {
  const patterns: { methods: string; matches: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (!url.startsWith(apiPrefix) || url.includes('*')) return;
    const source = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+');
    patterns.push({ methods: String(method), matches: new RegExp(`^${source}$`) });
  });
  app.setNotFoundHandler(async (request, reply) => {
    await app.gate.limit(request, reply);
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = patterns.filter(({ matches }) => matches.test(path)).map((each) => each.methods);
    if (methods.length === 0) fail('NOT_FOUND', 'There is nothing at this address.');
    void reply.header('allow', [...new Set(methods.flatMap((each) => each.split(',')))].join(', '));
    fail('METHOD_NOT_ALLOWED', `This address takes ${methods.join(', ')}, not ${request.method}.`);
  });
}
