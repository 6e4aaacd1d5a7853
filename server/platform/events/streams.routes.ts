import { api, type CloudEvent, type EventType, eventPermissions } from '@stroma/contracts';
import type { FastifyInstance } from 'fastify';
import { route } from '../http/register-route.ts';
import type { Authenticate } from '../http/route.ts';
import type { Events } from './event-types.ts';
import { openStreamClients, type StreamClients, type StreamClientsOptions } from './stream-clients.ts';

/** The live stream. Its clients are let go when the server stops and when their session ends. */
export function streamRoutes(
  app: FastifyInstance,
  events: Events,
  authenticate: Authenticate,
  options?: StreamClientsOptions,
): StreamClients {
  const clients = openStreamClients(options);
  app.addHook('preClose', (done) => {
    clients.closeAll();
    done();
  });

  route(app, api.streams.subscribe, async ({ params, ctx, request, reply }) => {
    const given = request.headers['last-event-id'];
    const afterEventId = typeof given === 'string' && given !== '' ? given : undefined;
    let unsubscribe: (() => void) | null = null;
    let gone = false;
    request.raw.socket.setTimeout(0);
    const { raw } = reply;
    let held = ctx.actor.permissions;
    const mayHear = ({ type }: CloudEvent) => {
      const needed = eventPermissions[type as EventType];
      return needed === undefined || held.has(needed);
    };
    const stillAllowed = async () => {
      const actor = await authenticate(request);
      held = actor?.permissions ?? new Set();
      return actor?.permissions.has(api.streams.subscribe.permission) === true && !actor.mustChangePassword;
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
    unsubscribe = await events.subscribe(
      ctx.actor.tenantId,
      params.topic,
      (event, stored) => !mayHear(event) || theClient().push(event, stored),
      {
        afterEventId,
        drained: () => theClient().drained(),
        onLive: (lastEventId) => theClient().mark(afterEventId === undefined ? lastEventId : null),
      },
    );
    if (gone) unsubscribe();
    return reply;
  });
  return clients;
}
