import {
  api,
  type CloudEvent,
  type EventType,
  eventPermissions,
  type StreamTopic,
  streamTopics,
} from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { fail } from '../failure.ts';
import { route } from '../http/register-route.ts';
import { anonymous } from '../http/request-context.ts';
import type { Authenticate } from '../http/route.ts';
import type { Events } from './event-types.ts';
import { openStreamClients, type StreamClients, type StreamClientsOptions } from './stream-clients.ts';
import { serveTopic } from './topic-client.ts';
import type { TopicStreams } from './topic-stream.ts';

/** Whether somebody may hear of what an event is about. */
export type Hears = (
  who: Pick<Context, 'actor' | 'purpose'>,
  event: CloudEvent,
) => boolean | Promise<boolean>;

/** The live stream. Its clients are let go when the server stops and when their session ends. */
export function streamRoutes(
  app: FastifyInstance,
  events: Events,
  authenticate: Authenticate,
  {
    hears = () => true,
    topics,
    ...options
  }: StreamClientsOptions & { hears?: Hears; topics?: TopicStreams } = {},
): StreamClients {
  const clients = openStreamClients(options);
  app.addHook('preClose', (done) => {
    clients.closeAll();
    done();
  });

  route(app, api.streams.subscribe, async ({ params, ctx, request, reply }) => {
    const given = request.headers['last-event-id'];
    const afterEventId = typeof given === 'string' && given !== '' ? given : undefined;
    const own = streamTopics.find((name) => name === params.topic);
    if (own === undefined) {
      if (topics === undefined) return fail('NOT_FOUND', 'There is no such topic.');
      const topic = await topics.find(ctx, params.topic, afterEventId);
      return serveTopic({ topic, clients, authenticate, ctx, request, reply });
    }
    let unsubscribe: (() => void) | null = null;
    let gone = false;
    request.raw.socket.setTimeout(0);
    const { raw } = reply;
    let { actor } = ctx;
    const isFor = ({ type }: CloudEvent) => {
      const needed = eventPermissions[type as EventType];
      return needed === undefined || actor.permissions.has(needed);
    };
    const stillAllowed = async () => {
      const present = await authenticate(request);
      actor = present ?? anonymous;
      return (
        present?.permissions.has(api.streams.subscribe.permission) === true &&
        !present.mustChangePassword &&
        present.mustReauthenticate !== true
      );
    };
    const open = () => {
      void reply.hijack();
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // Its end is the end of the connection, so that a stopping server waits for nobody.
        connection: 'close',
      });
      raw.write('retry: 1000\n\n');
      raw.once('close', () => {
        gone = true;
        unsubscribe?.();
      });
      return clients.open(raw, stillAllowed);
    };
    // Opened with the first thing to say, so that a wrong Last-Event-ID can still be refused with its status.
    let client: ReturnType<typeof open> | null = null;
    const theClient = () => {
      client ??= open();
      return client;
    };
    // What is kept and can be resumed after stays in its order, also where it takes a moment to know who may hear it.
    let before: Promise<unknown> = Promise.resolve();
    const push = (event: CloudEvent, stored: boolean): boolean => {
      if (!isFor(event)) return true;
      if (!stored) return theClient().push(event, stored);
      const { purpose } = ctx;
      before = before
        .then(() => hears({ actor, purpose }, event))
        .then((heard) => !heard || gone || theClient().push(event, stored))
        .catch((error: unknown) => {
          ctx.log.error(
            { err: error },
            'who may hear an event could not be told; nobody on this stream does',
          );
        });
      return !gone;
    };
    unsubscribe = await events.subscribe(ctx.actor.tenantId, own satisfies StreamTopic, push, {
      afterEventId,
      drained: async () => {
        await before;
        await theClient().drained();
      },
      onLive: (lastEventId) => theClient().mark(afterEventId === undefined ? lastEventId : null),
    });
    if (gone) unsubscribe();
    return reply;
  });
  return clients;
}
