import { basename } from 'node:path';
import type { SqlWatch } from '@stroma/lake';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Outgoing } from '../http/outgoing.ts';
import type { Threads } from '../threads/threads.ts';
import { type Span, type Tracing, traced } from './tracing.ts';

/** A span for each request, under the caller's own where one is told. Adds nothing while tracing is off. */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  if (!tracing.on) return;
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook('onRequest', (request, _, done) => {
    const { traceparent } = request.headers;
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
    const span = tracing.begin(`${request.method} ${route}`, 'server', {
      parent: typeof traceparent === 'string' ? traceparent : null,
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'stroma.request_id': request.id,
      },
    });
    spans.set(request, span);
    tracing.within(span, done);
  });
  // A body is read in events of the connection, which stand outside of the request: from there on it is told again.
  app.addHook('preValidation', (request, _, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else tracing.within(span, done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': reply.statusCode });
    span?.end(reply.statusCode >= 500 ? String(reply.statusCode) : null);
    done();
  });
}

/** What goes out carries the trace, and tells the host it went to and no more of the address. */
export function tracedOutgoing(outgoing: Outgoing, tracing: Tracing): Outgoing {
  if (!tracing.on) return outgoing;
  return {
    ...outgoing,
    fetch(input, init = {}) {
      const url = String(input instanceof Request ? input.url : input);
      const method = init.method ?? (input instanceof Request ? input.method : 'GET');
      const attributes = {
        'http.request.method': method,
        'server.address': URL.canParse(url) ? new URL(url).hostname : '',
      };
      return traced(tracing, `${method} out`, 'client', { attributes }, async (span) => {
        const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
        headers.set('traceparent', span.traceparent);
        const answer = await outgoing.fetch(input, { ...init, headers });
        span.set({ 'http.response.status_code': answer.status });
        return answer;
      });
    },
  };
}

/** Work in a thread, timed from here: a thread has no way out of its own. */
export function tracedThreads(threads: Threads, tracing: Tracing): Threads {
  if (!tracing.on) return threads;
  return {
    run: (workerFile, input, options) =>
      traced(tracing, `thread ${basename(workerFile.pathname)}`, 'internal', {}, () =>
        threads.run(workerFile, input, options),
      ),
    close: () => threads.close(),
  };
}

/**
 * Statements in their locked processes, which reach nobody: their spans are recorded from here, one for all the time a
 * statement took and in it one for its time in the process. The statement itself is in neither.
 */
export function tracedStatements(watch: SqlWatch, tracing: Tracing): SqlWatch {
  if (!tracing.on) return watch;
  return {
    ...watch,
    submitted(kind) {
      const inner = watch.submitted(kind);
      const whole = tracing.begin(`sql ${kind}`, 'client', { attributes: { 'db.system.name': 'duckdb' } });
      let inProcess: Span | null = null;
      return {
        traceparent: whole.traceparent,
        started(waitedMs) {
          inner.started(waitedMs);
          inProcess = tracing.begin('sql process', 'internal', { parent: whole.traceparent });
        },
        ended(outcome, ranMs) {
          inner.ended(outcome, ranMs);
          const failure = outcome === 'succeeded' ? null : outcome;
          inProcess?.end(failure);
          whole.end(failure);
        },
      };
    },
  };
}
