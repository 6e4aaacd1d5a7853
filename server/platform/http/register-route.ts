import { apiPrefix, type Endpoint, errorAnswer } from '@stroma/contracts';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { z } from 'zod';
import { withinTenant } from '../db/tenant-scope.ts';
import { fail } from '../failure.ts';
import { rateOf } from '../rate-limits/limits.ts';
import { whenThere } from '../soon.ts';
import type { Gate } from './gate.ts';
import type { Idempotency } from './idempotency.ts';
import type { RequestContext } from './request-context.ts';
import type { RegisterRoute, RouteInput } from './route.ts';

declare module 'fastify' {
  interface FastifyInstance {
    gate: Gate;
    idempotency: Idempotency;
  }
  interface FastifyRequest {
    context: RequestContext | null;
  }
  interface FastifyContextConfig {
    endpoint?: Endpoint;
  }
}

export const route: RegisterRoute = (app, endpoint, handler) => {
  const { gate, idempotency } = app;
  const answer = handler as (input: RouteInput<Endpoint>) => Promise<unknown>;
  const accepted = endpoint.consumes ?? ['application/json'];

  app.route({
    method: endpoint.method,
    url: endpoint.at === 'root' ? endpoint.path : apiPrefix + endpoint.path,
    schema: schemaOf(endpoint),
    config: { endpoint },
    onRequest: (request, reply, done) => {
      const admitted = whenThere(gate.admit(endpoint, request, reply), () =>
        refuseOtherMedia(request, accepted),
      );
      if (admitted instanceof Promise) admitted.then(() => done(), done);
      else done();
    },
    ...(rateOf(endpoint) === 'authentication' && {
      onSend: (request, reply) => gate.settle(endpoint, request, reply),
    }),
    handler: async (request, reply) => {
      const ctx = request.context as RequestContext;
      void reply.code(endpoint.status);
      const handle = () =>
        answer({
          params: request.params as never,
          query: request.query as never,
          body: request.body as never,
          ctx,
          request,
          reply,
        });
      // A public address establishes who asks; every other works for the tenant of who does.
      const run = () =>
        endpoint.permission === 'public' ? handle() : withinTenant(ctx.actor.tenantId, handle);
      const body = await (request.headers['idempotency-key'] === undefined
        ? run()
        : idempotency.run(endpoint, ctx.actor.id, request, reply, run));
      return finish(body, reply);
    },
  });
};

function finish(body: unknown, reply: FastifyReply): unknown {
  if (reply.sent || body === reply) return reply;
  if (reply.statusCode === 204) return reply.send();
  return body;
}

function refuseOtherMedia(request: FastifyRequest, accepted: readonly string[]): void {
  const given = request.headers['content-type'];
  if (given === undefined) return;
  const media = given.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (accepted.includes(media) || accepted.includes('*/*')) return;
  if (request.method === 'GET' || request.headers['content-length'] === '0') return;
  fail('UNSUPPORTED_MEDIA_TYPE', `Expected ${accepted.join(' or ')}, given ${media.slice(0, 80)}.`);
}

const nothing = z.null().describe('Done; there is nothing to say.');
const stream = z.unknown().describe('Of the media type that is named.');

function schemaOf(endpoint: Endpoint): NonNullable<RouteOptions['schema']> {
  const { id, tag, summary, description, consumes, produces, status } = endpoint;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(consumes === undefined ? {} : { consumes }),
    ...(produces === undefined ? {} : { produces: [produces] }),
    ...(endpoint.params === undefined ? {} : { params: endpoint.params }),
    ...(endpoint.query === undefined ? {} : { querystring: endpoint.query }),
    ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
    ...(endpoint.permission === 'public' ? { security: [] } : {}),
    response: {
      [status]: endpoint.response ?? (status === 204 ? nothing : stream),
      '4xx': errorAnswer,
      '5xx': errorAnswer,
    },
  };
}
