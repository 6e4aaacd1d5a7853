import { api } from '@stroma/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { withinTenant } from '../db/tenant-scope.ts';
import type { Authenticate } from '../http/route.ts';
import type { StreamClients } from './stream-clients.ts';
import type { StreamSink, TopicStream } from './topic-stream.ts';

interface Serving {
  topic: TopicStream;
  clients: StreamClients;
  authenticate: Authenticate;
  ctx: Context;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The right to read a topic costs reads of the store: it is asked for again this seldom. */
const rightsMs = 10_000;

/** One consumer of a topic over Server-Sent Events: its events are written to the connection itself. */
export async function serveTopic(serving: Serving): Promise<FastifyReply> {
  const { topic, clients, ctx, request, reply } = serving;
  const { raw } = reply;
  request.raw.socket.setTimeout(0);
  void reply.hijack();
  // Its end is the end of the connection; without pieces each write is one, the same bytes for all.
  raw.useChunkedEncodingByDefault = false;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'close',
  });
  raw.write('retry: 1000\n\n');
  let waiting: (() => void)[] = [];
  const release = () => {
    for (const done of waiting) done();
    waiting = [];
  };
  let leave: (() => void) | null = null;
  let gone = raw.destroyed;
  raw.on('drain', release);
  raw.once('close', () => {
    gone = true;
    leave?.();
    release();
  });
  const sink: StreamSink = {
    write: (text) => !gone && raw.write(text),
    get open() {
      return !gone && !raw.writableEnded;
    },
    drained: () =>
      gone || !raw.writableNeedDrain ? Promise.resolve() : new Promise((done) => waiting.push(done)),
  };
  const client = clients.open(raw, stillAllowed(serving));
  try {
    leave = await topic.join(sink);
  } catch (error) {
    ctx.log.warn({ err: error }, 'a consumer could not be connected to its topic');
    client.end();
  }
  if (gone) leave?.();
  return reply;
}

function stillAllowed({ topic, authenticate, ctx, request }: Serving): () => Promise<boolean> {
  // Those who came together are not all asked for together.
  let askedAt = Date.now() - Math.random() * rightsMs;
  return async () => {
    const actor = await authenticate(request);
    if (actor === null || !actor.permissions.has(api.streams.subscribe.permission)) return false;
    if (actor.mustChangePassword || actor.mustReauthenticate === true) return false;
    if (Date.now() - askedAt < rightsMs) return true;
    askedAt = Date.now();
    const present: Context = {
      actor,
      requestId: ctx.requestId,
      purpose: ctx.purpose,
      log: ctx.log,
      signal: ctx.signal,
    };
    return withinTenant(actor.tenantId, () => topic.stillFor(present));
  };
}
