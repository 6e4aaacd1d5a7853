import { createHash } from 'node:crypto';
import { api } from '@stroma/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fail } from '../../platform/failure.ts';
import { route } from '../../platform/http/register-route.ts';
import { readBody, readLines } from './batch-body.ts';
import type { IncomingBatch, Producers } from './producers.ts';
import type { Topics } from './topics.service.ts';
import type { Windows } from './windows.service.ts';

export interface TopicServices {
  topics: Topics;
  producers: Producers;
  windows: Windows;
}

export function topicRoutes(app: FastifyInstance, { topics, producers, windows }: TopicServices): void {
  app.addContentTypeParser('application/x-ndjson', (_, __, done) => done(null));
  route(app, api.streams.append, async ({ ctx, params, query, request }) =>
    producers.append(ctx, params.topic, await batchOf(request, query.on_invalid)),
  );
  route(app, api.streams.list, ({ ctx, query }) => topics.list(ctx, query));
  route(app, api.streams.create, ({ ctx, body }) => topics.create(ctx, body));
  route(app, api.streams.get, ({ ctx, params }) => topics.get(ctx, params.id));
  route(app, api.streams.change, ({ ctx, params, body }) => topics.change(ctx, params.id, body));
  route(app, api.streams.remove, ({ ctx, params }) => topics.remove(ctx, params.id));
  route(app, api.streams.land, ({ ctx, params }) => topics.land(ctx, params.id));
  route(app, api.streams.events, ({ ctx, params, query }) => topics.events(ctx, params.id, query.limit));
  route(app, api.streams.windows, ({ ctx, params }) => windows.list(ctx, params.id));
  route(app, api.streams.createWindow, ({ ctx, params, body }) => windows.create(ctx, params.id, body));
  route(app, api.streams.removeWindow, ({ ctx, params }) => windows.remove(ctx, params.id));
  route(app, api.streams.windowResults, ({ ctx, params, query }) =>
    windows.results(ctx, params.id, query.limit),
  );
}

async function batchOf(
  request: FastifyRequest,
  onInvalid: IncomingBatch['onInvalid'],
): Promise<IncomingBatch> {
  const given = request.headers['idempotency-key'];
  const rest = {
    idempotencyKey: typeof given === 'string' ? given : null,
    onInvalid,
    transport: 'http' as const,
  };
  const bytes = Number(request.headers['content-length'] ?? 0);
  if (request.headers['content-type']?.startsWith('application/json') === true) {
    const { body } = request;
    if (!Array.isArray(body))
      fail('INVALID_INPUT', 'Expected a JSON array of events, or NDJSON as application/x-ndjson.', {
        field: 'body',
      });
    return {
      ...rest,
      events: body,
      // Sent in chunks, it says no length beforehand.
      bytes: bytes || Buffer.byteLength(JSON.stringify(body)),
      fingerprint: () => createHash('sha256').update(JSON.stringify(body)).digest(),
    };
  }
  const body = await readBody(request.raw, bytes);
  return {
    ...rest,
    events: readLines(body),
    bytes: body.byteLength,
    fingerprint: () => createHash('sha256').update(body).digest(),
  };
}
