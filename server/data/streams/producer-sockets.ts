import { createHash } from 'node:crypto';
import { api } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Context } from '../../platform/context.ts';
import { withinTenant } from '../../platform/db/tenant-scope.ts';
import type { WebSocket, WebSockets } from '../../platform/events/web-sockets.ts';
import { route } from '../../platform/http/register-route.ts';
import type { Producers } from './producers.ts';
import type { TopicBook } from './topic-book.ts';

const message = z.strictObject({
  id: z.union([z.string().max(200), z.number()]),
  events: z.array(z.unknown()).min(1).max(10_000),
  /** As Idempotency-Key. */
  key: z.string().min(1).max(200).optional(),
  on_invalid: z.enum(['refuse_batch', 'skip']).optional(),
});

/** Batches of one connection that are not answered yet: with more, nothing further is read from it. */
const mostOpen = 32;

/** Producers over WebSocket: each message is a batch, and each is answered with `ack` or `nack` under its id. */
export function producerSockets(
  app: FastifyInstance,
  sockets: WebSockets,
  producers: Producers,
  book: TopicBook,
): void {
  route(app, api.streams.produce, async ({ ctx, params, request, reply }) => {
    await book.writable(ctx, params.topic);
    const socket = await sockets.accept(request, reply, ctx, async ({ actor }) =>
      actor.permissions.has(api.streams.produce.permission),
    );
    serve(socket, ctx, params.topic, producers);
    return reply;
  });
}

function serve(socket: WebSocket, ctx: Context, topic: string, producers: Producers): void {
  let open = 0;
  socket.on('message', (data) => {
    open += 1;
    if (open >= mostOpen) socket.pause();
    void withinTenant(ctx.actor.tenantId, () => take(String(data), ctx, topic, producers)).then((answer) => {
      open -= 1;
      if (socket.isPaused && open < mostOpen) socket.resume();
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(answer));
    });
  });
}

async function take(text: string, ctx: Context, topic: string, producers: Producers): Promise<object> {
  let id: string | number | null = null;
  try {
    const given: unknown = JSON.parse(text);
    const parsed = message.safeParse(given);
    if (!parsed.success)
      throw new StromaError('INVALID_INPUT', 'Expected { id, events, key?, on_invalid? }.');
    const { events, key, on_invalid } = parsed.data;
    ({ id } = parsed.data);
    const answer = await producers.append(ctx, topic, {
      events,
      bytes: Buffer.byteLength(text),
      fingerprint: () => createHash('sha256').update(JSON.stringify(events)).digest(),
      idempotencyKey: key ?? null,
      onInvalid: on_invalid,
      transport: 'websocket',
    });
    return { ack: id, ...answer };
  } catch (error) {
    if (error instanceof StromaError)
      return { nack: id, error: { code: error.code, message: error.message, details: error.details } };
    if (error instanceof SyntaxError)
      return { nack: id, error: { code: 'INVALID_INPUT', message: 'Expected JSON.', details: {} } };
    ctx.log.error({ err: error }, 'a batch over WebSocket failed');
    const told = 'Something in Stroma failed; none of the batch was kept.';
    return { nack: id, error: { code: 'INTERNAL', message: told, details: {} } };
  }
}
